/** Settings of the embedded server: small in memory, safe on disk. Sizes are in PostgreSQL's units. */
const BASE: Readonly<Record<string, string>> = {
  shared_buffers: '64MB',
  max_connections: '40',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  effective_cache_size: '512MB',
  wal_buffers: '4MB',
  max_wal_size: '512MB',
  min_wal_size: '80MB',
  wal_compression: 'pglz', // the packaged server has neither lz4 nor zstd
  checkpoint_timeout: '5min',
  random_page_cost: '1.1',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_worker_processes: '4',
  max_logical_replication_workers: '0',
  wal_level: 'replica',
  max_wal_senders: '2',
  autovacuum_naptime: '15s',
  autovacuum_max_workers: '2',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_min_messages: 'log', // failed statements are logged by who sent them
  log_line_prefix: '%m [%p] ',
  datestyle: 'iso, ymd',
  lc_messages: 'C',
};

export type ServerSettings = Readonly<Record<string, string>>;

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** The text of postgresql.conf. What stands in custom.conf beside it wins. */
export function serverConfiguration(settings: ServerSettings): string {
  const lines = Object.entries({ ...BASE, ...settings }).map(([name, value]) => `${name} = ${quote(value)}`);
  return `# Written at every start. Your own settings go into custom.conf in this folder.\n${lines.join('\n')}\ninclude_if_exists 'custom.conf'\n`;
}

/** The text of pg_hba.conf: the password, and only from this machine. */
export const CLIENT_AUTHENTICATION = `# Written at every start.
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
`;

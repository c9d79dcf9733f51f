import type { ConnectionConfig } from '../platform/db/create-db.ts';
import type { EnvReader } from './env-reader.ts';

export type DatabaseConfig = { kind: 'embedded' } | { kind: 'external'; connection: ConnectionConfig };

/** One URL, or the reference's single variables, or the embedded server when neither is there. */
export function readDatabase(read: EnvReader): DatabaseConfig {
  const type = read.optional('DATABASE_TYPE');
  if (type !== null && type !== 'postgresql') {
    read.problem(`DATABASE_TYPE must be postgresql, got ${JSON.stringify(type)}; data of another database has to be imported`);
  }
  const url = read.secret('DATABASE_URL');
  if (url !== null) {
    if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
      read.problem('DATABASE_URL must be an address like postgresql://user:password@host:5432/tocsin');
    }
    return { kind: 'external', connection: { connectionString: url } };
  }
  const host = read.optional('DATABASE_HOST');
  if (host === null) return { kind: 'embedded' };
  const password = read.secret('DATABASE_PASSWORD');
  const options = Object.fromEntries((read.optional('DATABASE_OPTIONS') ?? '').split(/[\s&]+/).map((pair) => pair.split('=')));
  const { sslmode } = options as { sslmode?: string };
  return {
    kind: 'external',
    connection: {
      host,
      port: read.integer('DATABASE_PORT', 5432, { min: 1, max: 65_535 }),
      user: read.string('DATABASE_USER', 'postgres'),
      database: read.string('DATABASE_NAME', 'oncall'),
      ...(password === null ? {} : { password }),
      ...(sslmode === undefined || sslmode === 'disable' ? {} : { ssl: { rejectUnauthorized: sslmode.startsWith('verify') } }),
    },
  };
}

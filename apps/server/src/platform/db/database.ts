import type { Kysely, Transaction } from 'kysely';

/** Which migrations this database has seen; written by `migrate.ts`. */
export interface MigrationTable {
  name: string;
  checksum: string;
  applied_at: Date;
}

/** All tables. Each domain adds its own in its `tables.ts` by `declare module`. */
export interface Database {
  tocsin_migration: MigrationTable;
}

export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;

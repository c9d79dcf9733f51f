export { type EmbeddedOptions, type EmbeddedPostgres, openEmbedded } from './embedded.ts';
export { PostgresError } from './postmaster.ts';

export { type EmbeddedOptions, type EmbeddedPostgres, openEmbedded } from './embedded.ts';

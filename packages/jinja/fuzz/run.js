// Runs main.ts without a build, through Vite, which the tests bring along.
import { runnerImport } from 'vite';

const { dirname } = import.meta;
await runnerImport(`${dirname}/main.ts`, { configFile: false, logLevel: 'error' });

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their sources, so that tests need no build.
const resolve = { conditions: ['source'] };
const ssr = { resolve };

// Test files of one worker share what they import: loading the program anew for each file costs more than its tests do.
const isolate = false;

export default defineConfig({
  test: {
    // By default one core is left idle, which is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve,
        ssr,
        test: { name: 'jinja', isolate, root: 'packages/jinja', include: ['{src,test}/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        resolve,
        ssr,
        test: { name: 'rota', isolate, root: 'packages/rota', include: ['{src,test}/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'web',
          isolate,
          root: 'apps/web',
          include: ['{src,test}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
          globalSetup: ['../server/src/testing/global-postgres.ts', 'test/build-once.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'server',
          isolate,
          root: 'apps/server',
          include: ['{src,test}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
          globalSetup: ['src/testing/global-postgres.ts'],
        },
      },
    ],
  },
});

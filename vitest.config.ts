import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their sources, so that tests need no build.
const resolve = { conditions: ['source'] };
const ssr = { resolve };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: { name: 'jinja', root: 'packages/jinja', include: ['{src,test}/**/*.test.ts'], testTimeout: 30_000 },
      },
      { resolve, ssr, test: { name: 'rota', root: 'packages/rota', include: ['{src,test}/**/*.test.ts'], testTimeout: 30_000 } },
      {
        resolve,
        ssr,
        test: {
          name: 'web',
          root: 'apps/web',
          include: ['{src,test}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 90_000,
          globalSetup: ['../server/src/testing/global-postgres.ts', 'test/build-once.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'server',
          root: 'apps/server',
          include: ['{src,test}/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          globalSetup: ['src/testing/global-postgres.ts'],
        },
      },
    ],
  },
});

import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The part of the bundler that is used. */
type Bundler = {
  rolldown(options: object): Promise<{ generate(options: object): Promise<{ output: readonly { code?: string }[] }> }>;
};

const bundles = new Map<string, Promise<URL>>();

/** Address of the program of a thread with this environment module. */
export function threadCode(environmentModule: string): Promise<URL> {
  if (!import.meta.url.endsWith('.ts')) return Promise.resolve(new URL('./thread-main.js', import.meta.url));
  const bundle = bundles.get(environmentModule) ?? bundleSources(environmentModule);
  bundles.set(environmentModule, bundle);
  return bundle;
}

/**
 * Run from its sources, as tests do: a thread has none of the test runner's loaders, so it gets one plain module. The bundler
 * is the one that comes with Vitest; it is not needed by the built package.
 */
async function bundleSources(environmentModule: string): Promise<URL> {
  const require = createRequire(import.meta.url);
  const { rolldown } = (await import(/* @vite-ignore */ pathToFileURL(require.resolve('rolldown')).href)) as Bundler;
  const entry = '\0thread';
  const code = `
    import { serveJobs } from ${JSON.stringify(fileURLToPath(new URL('./serve-jobs.ts', import.meta.url)))};
    import { createEnvironment } from ${JSON.stringify(fileURLToPath(environmentModule))};
    serveJobs(createEnvironment);`;
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    resolve: { conditionNames: ['source', 'import', 'node', 'default'] },
    plugins: [
      {
        name: 'thread',
        resolveId: (id: string) => (id === entry ? id : null),
        load: (id: string) => (id === entry ? code : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  return new URL(`data:text/javascript;base64,${Buffer.from(output[0]?.code ?? '').toString('base64')}`);
}

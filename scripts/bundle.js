// Puts what a start loads into a few files: some two thousand modules take longer to load than everything else a start does.
// `npm run build` and `npm start` call it after the compiler; bin/tocsin.js runs the bundle while it is newer than what the compiler wrote.
import { renameSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { isBundled } from '../apps/server/bin/program.js';

const server = fileURLToPath(new URL('../apps/server/', import.meta.url));
const outDir = `${server}dist/bundle`;
/** Written beside it and moved there, so that a server that starts meanwhile finds all of it. */
const fresh = `${outDir}.${process.pid}`;

/**
 * Packages in many small modules, all of them ES modules; the others stay where they are. So does @tocsin/jinja: environments that
 * templates render in are modules of their own, and must throw the errors of the same copy that the program knows.
 */
const BUNDLED =
  /^(@tocsin\/rota|(typebox|@fastify\/type-provider-typebox|kysely|undici|prom-client|@opentelemetry\/api|tdigest|bintrees|markdown-it|htmlparser2|domhandler|domutils|domelementtype|dom-serializer|entities|linkify-it|mdurl|uc.micro|punycode.js|argparse)($|\/))/;
const isOwn = (id) => id.startsWith('.') || id.startsWith('/') || id.startsWith('\0');

/** Files that lie beside a module are still looked for beside it. */
const keepPlaces = {
  name: 'keep-places',
  transform(code, id) {
    if (!code.includes('import.meta.url')) return null;
    const place = relative(outDir, id);
    return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`);
  },
};

if (isBundled()) process.exit(0);
const bundle = await rolldown({
  input: { main: `${server}dist/main.js` },
  platform: 'node',
  external: (id) => !isOwn(id) && !BUNDLED.test(id),
  plugins: [keepPlaces],
  logLevel: 'warn',
});
await bundle.write({ dir: fresh, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
await bundle.close();
if (isBundled())
  rmSync(fresh, { recursive: true }); // another one was faster
else {
  rmSync(outDir, { recursive: true, force: true });
  renameSync(fresh, outDir);
}

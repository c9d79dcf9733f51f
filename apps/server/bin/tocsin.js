#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(built)) {
  process.stderr.write('tocsin: not built yet. Run "npm start" once, or "npm run build".\n');
  process.exit(1);
}
module.enableCompileCache?.(); // Node 22 and newer start faster with it
const { main } = await import(built.href);
await main(process.argv.slice(2));

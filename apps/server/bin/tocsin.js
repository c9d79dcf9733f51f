#!/usr/bin/env node
import module from 'node:module';
import { builtProgram } from './program.js';

const program = builtProgram();
if (program === null) {
  process.stderr.write('tocsin: not built yet. Run "npm start" once, or "npm run build".\n');
  process.exit(1);
}
module.enableCompileCache?.(); // Node 22 and newer start faster with it
const { main } = await import(program.href);
await main(process.argv.slice(2));

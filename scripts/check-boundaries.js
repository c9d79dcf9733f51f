// Checks which folder may import which, and that no two of them need each other. `npm run boundaries`
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const server = join(root, 'apps/server/src');
const problems = [];

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const isTest = (path) => path.endsWith('.test.ts') || path.includes('/src/testing/');
const shown = (path) => relative(root, path);

/** What a file imports: the specifier, and whether only types are taken. */
function importsOf(path) {
  const text = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const found = [];
  const statement = /^(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s+from\s+)?'([^']+)'/gm;
  for (const [, typeOnly, names = '', specifier] of text.matchAll(statement)) {
    const inner = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
    const allTypes = inner
      ?.split(',')
      .filter((name) => name.trim() !== '')
      .every((name) => name.trim().startsWith('type '));
    found.push({ specifier, typeOnly: typeOnly !== undefined || allTypes });
  }
  for (const [, specifier] of text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)) found.push({ specifier, typeOnly: false });
  return found;
}

/** Layers of the server, from the one that may import all to the one that may import none. Files of src itself and setup/, cli/ are on top. */
function placeOf(path) {
  const [folder, ...rest] = relative(server, path).split('/');
  if (rest.length === 0 || folder === 'cli' || folder === 'setup') return { layer: 'app', folder: 'app' };
  if (folder === 'api') return { layer: 'api', folder };
  if (folder === 'platform' || folder === 'config') return { layer: folder, folder };
  return { layer: 'domain', folder };
}
const MAY_IMPORT = {
  app: ['app', 'api', 'domain', 'platform', 'config'],
  api: ['api', 'domain', 'platform'],
  domain: ['domain', 'platform'],
  config: ['config', 'platform'],
  platform: ['platform'],
};

const domainGraph = new Map();
const fileGraph = new Map();

function checkServerImport(from, to, typeOnly) {
  const [a, b] = [placeOf(from), placeOf(to)];
  if (!MAY_IMPORT[a.layer].includes(b.layer)) {
    problems.push(`${shown(from)}: ${a.layer} must not import ${b.layer} (${shown(to)})`);
    return;
  }
  if (b.layer === 'domain' && a.folder !== b.folder) {
    if (relative(join(server, b.folder), to) !== 'index.ts' && !(typeOnly && to.endsWith('/tables.ts'))) {
      problems.push(`${shown(from)}: reaches past ${b.folder}/index.ts (${shown(to)})`);
    }
    if (a.layer === 'domain') {
      if (!domainGraph.has(a.folder)) domainGraph.set(a.folder, new Map());
      domainGraph.get(a.folder).set(b.folder, shown(from));
    }
  }
  if (!typeOnly) fileGraph.set(from, [...(fileGraph.get(from) ?? []), to]);
}

function checkServer() {
  for (const from of filesBelow(server)) {
    if (isTest(from)) continue;
    for (const { specifier, typeOnly } of importsOf(from)) {
      if (specifier.startsWith('.')) {
        const to = resolve(dirname(from), specifier);
        if (isTest(to)) problems.push(`${shown(from)}: imports test code (${shown(to)})`);
        else if (to.startsWith(`${server}/`)) checkServerImport(from, to, typeOnly);
        else problems.push(`${shown(from)}: leaves apps/server/src (${specifier})`);
      } else if (/^@tocsin\/[^/]+\//.test(specifier)) problems.push(`${shown(from)}: reaches into a package (${specifier})`);
    }
  }
}

/** The packages depend on nothing of ours, and only on what their package.json names. */
function checkPackage(name) {
  const folder = join(root, 'packages', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const allowed = new Set(Object.keys(manifest.dependencies ?? {}));
  for (const from of filesBelow(join(folder, 'src'))) {
    if (isTest(from)) continue;
    for (const { specifier, typeOnly } of importsOf(from)) {
      if (specifier.startsWith('.')) {
        const to = resolve(dirname(from), specifier);
        if (!to.startsWith(`${folder}/`)) problems.push(`${shown(from)}: leaves its package (${specifier})`);
        else if (!typeOnly) fileGraph.set(from, [...(fileGraph.get(from) ?? []), to]);
        continue;
      }
      const bare = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      const isBuiltin = specifier.startsWith('node:') || builtinModules.includes(bare);
      if (!isBuiltin && !allowed.has(bare))
        problems.push(`${shown(from)}: ${bare} is not among the dependencies of packages/${name}`);
    }
  }
}

/** A grammar is recursive, and so are the files of a package's folder that follow it: parser/, compile/. */
function isGrammar(files) {
  const folders = files.map((file) => /^packages\/[^/]+\/src\/[^/]+\//.exec(shown(file))?.[0]);
  return folders[0] !== undefined && folders.every((folder) => folder === folders[0]);
}

/** Cycles that a walk meets, except those that `isFine`. */
function findCycles(graph, name, isFine = () => false) {
  const done = new Set();
  const path = [];
  const visit = (node) => {
    const at = path.indexOf(node);
    if (at >= 0) {
      const cycle = path.slice(at);
      if (!isFine(cycle)) problems.push(`a cycle: ${[...cycle, node].map(name).join(' → ')}`);
      return;
    }
    if (done.has(node)) return;
    path.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    path.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
}

/** Folders of the web UI that each folder may import from, beside its own. The kit in ui/ knows neither router nor API. */
const WEB_MAY_IMPORT = {
  ui: [],
  lib: ['ui'],
  api: [],
  features: ['api', 'lib', 'ui'],
  pages: ['app', 'api', 'features', 'lib', 'ui'],
};
const WEB_UI_FORBIDDEN = /^@tanstack\/(react-router|react-query)$/;

function checkWeb() {
  const web = join(root, 'apps/web/src');
  for (const from of filesBelow(web)) {
    const [folder, page] = relative(web, from).split('/');
    const allowed = WEB_MAY_IMPORT[folder];
    if (isTest(from) || allowed === undefined) continue;
    for (const { specifier } of importsOf(from)) {
      if (folder === 'ui' && WEB_UI_FORBIDDEN.test(specifier))
        problems.push(`${shown(from)}: the kit must not import ${specifier}`);
      if (!specifier.startsWith('.')) continue;
      const [other, otherPage] = relative(web, resolve(dirname(from), specifier)).split('/');
      if (other !== folder && !allowed.includes(other))
        problems.push(`${shown(from)}: ${folder} must not import ${other} (${specifier})`);
      if (folder === 'pages' && other === 'pages' && page !== otherPage)
        problems.push(`${shown(from)}: pages must not import each other (${specifier}); what they share belongs in features/`);
    }
  }
}

checkServer();
checkWeb();
for (const name of readdirSync(join(root, 'packages')))
  if (statSync(join(root, 'packages', name)).isDirectory()) checkPackage(name);
findCycles(new Map([...domainGraph].map(([from, to]) => [from, [...to.keys()]])), (name) => name);
findCycles(fileGraph, shown, isGrammar);

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(problems.length === 0 ? 'Boundaries hold.\n' : `${problems.length} boundaries broken.\n`);
process.exit(problems.length === 0 ? 0 : 1);

/**
 * How fast the templates of cases.js render: here, in Python's Jinja2, in nunjucks and in minijinja-js, and the ratios.
 * `npm run bench -w packages/jinja [-- seconds per figure]`. Python is `$PYTHON` or /usr/bin/python3 and needs jinja2.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Environment as MiniJinja } from 'minijinja-js';
import nunjucks from 'nunjucks';
import { Environment, parseJson } from '../dist/index.js';
import { cases } from './cases.js';

const seconds = Number(process.argv[2] ?? 1);

/** Seconds that one call takes: the best of several rounds, since what the machine does besides can only add. */
function secondsEach(run) {
  const timed = (count) => {
    const start = performance.now();
    for (let index = 0; index < count; index++) run();
    return (performance.now() - start) / 1000;
  };
  let count = 1;
  while (timed(count) < 0.004) count *= 2;
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) best = Math.min(best, timed(count) / count);
  return best;
}

function askPython() {
  const program = fileURLToPath(new URL('jinja2_times.py', import.meta.url));
  const python = spawnSync(process.env.PYTHON ?? '/usr/bin/python3', [program], {
    input: JSON.stringify({ cases, seconds }),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (python.status === 0) return JSON.parse(python.stdout);
  process.stderr.write(`No figures for Jinja2: ${python.error?.message ?? python.stderr}\n`);
  return undefined;
}

/** The engines here; each gives a function that renders a compiled template, and one that compiles as well. */
const engines = {
  '@tocsin/jinja': (template, payload) => {
    const env = new Environment();
    const compiled = env.compile(template);
    // Python's payload is parsed beforehand as well.
    const context = { payload: parseJson(JSON.stringify(payload)) };
    return [() => compiled.render(context), () => env.compile(template).render(context)];
  },
  nunjucks: (template, payload) => {
    const env = new nunjucks.Environment(null, { autoescape: false });
    const compiled = nunjucks.compile(template, env);
    return [() => compiled.render({ payload }), () => nunjucks.compile(template, env).render({ payload })];
  },
  'minijinja-js': (template, payload) => {
    const env = new MiniJinja();
    env.enablePyCompat?.();
    env.addTemplate('t', template);
    return [() => env.renderTemplate('t', { payload }), () => env.renderStr(template, { payload })];
  },
};

const micros = (value) => (value === undefined ? '-' : `${(value * 1e6).toFixed(1)} µs`);
const ratio = (other, ours) => (other === undefined ? '-' : `${(other / ours).toFixed(2)}×`);
const row = (...cells) => console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(28) : cell.padStart(14))).join(''));

const python = askPython();
if (python) console.log(`Jinja2 ${python.version} on Python ${python.python}, Node ${process.version}`);
cases.forEach(({ name, template, payload }, index) => {
  const reference = python?.cases[index];
  const figures = Object.entries(engines).map(([engine, prepare]) => {
    const [render, compileAndRender] = prepare(template, payload);
    const output = render();
    const isRight = reference === undefined || output === reference.output;
    return {
      engine: isRight ? engine : `${engine} (other text)`,
      render: secondsEach(render),
      compile: secondsEach(compileAndRender),
    };
  });
  const ours = figures[0];
  console.log(`\n${name}`);
  row('', 'render', 'ours faster', 'with compiling', 'ours faster');
  for (const { engine, render, compile } of figures) {
    row(engine, micros(render), ratio(render, ours.render), micros(compile), ratio(compile, ours.compile));
  }
  if (reference) {
    row(
      'Jinja2',
      micros(reference.render),
      ratio(reference.render, ours.render),
      micros(reference.compile),
      ratio(reference.compile, ours.compile),
    );
    row('Jinja2, sandboxed', micros(reference.sandboxed), ratio(reference.sandboxed, ours.render), '', '');
  }
});

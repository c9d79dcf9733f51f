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

/** Every figure is taken this many times, in turns with the others, and the best counts: other programs run as well. */
const ROUNDS = 5;

/** Seconds that one call takes: the best of several tries, since what the machine does besides can only add. */
function secondsEach(run) {
  const timed = (count) => {
    const start = performance.now();
    for (let index = 0; index < count; index++) run();
    return (performance.now() - start) / 1000;
  };
  let count = 1;
  while (timed(count) < 0.004) count *= 2;
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + (seconds * 1000) / ROUNDS;
  while (performance.now() < end) best = Math.min(best, timed(count) / count);
  return best;
}

function askPython() {
  const program = fileURLToPath(new URL('jinja2_times.py', import.meta.url));
  const python = spawnSync(process.env.PYTHON ?? '/usr/bin/python3', [program], {
    input: JSON.stringify({ cases, seconds: seconds / ROUNDS }),
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

const micros = (value) => `${(value * 1e6).toFixed(1)} µs`;
const ratio = (other, ours) => `${(other / ours).toFixed(2)}×`;
const row = (...cells) => console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(28) : cell.padStart(16))).join(''));

/** Per case and engine: the functions to time, and the best times so far. */
const runs = cases.map(({ template, payload }) =>
  Object.entries(engines).map(([engine, prepare]) => {
    const [render, compile] = prepare(template, payload);
    return {
      engine,
      output: render(),
      render,
      compile,
      best: { render: Number.POSITIVE_INFINITY, compile: Number.POSITIVE_INFINITY },
    };
  }),
);
let python;
for (let round = 0; round < ROUNDS; round++) {
  const answer = askPython();
  if (answer === undefined) break;
  python ??= answer;
  answer.cases.forEach((figures, index) => {
    const best = python.cases[index];
    for (const key of ['render', 'sandboxed', 'compile']) best[key] = Math.min(best[key], figures[key]);
    for (const run of runs[index]) {
      for (const key of ['render', 'compile']) run.best[key] = Math.min(run.best[key], secondsEach(run[key]));
    }
  });
}

if (python === undefined) process.exit(1);
console.log(`Jinja2 ${python.version} on Python ${python.python}, Node ${process.version}`);
cases.forEach(({ name }, index) => {
  const reference = python.cases[index];
  const ours = runs[index][0].best;
  console.log(`\n${name}`);
  row('', 'render', 'ours faster', 'with compiling', 'ours faster');
  for (const { engine, output, best } of runs[index]) {
    const label = output === reference.output ? engine : `${engine} (other text)`;
    row(label, micros(best.render), ratio(best.render, ours.render), micros(best.compile), ratio(best.compile, ours.compile));
  }
  const { render, compile, sandboxed } = reference;
  row('Jinja2', micros(render), ratio(render, ours.render), micros(compile), ratio(compile, ours.compile));
  row('Jinja2, sandboxed', micros(sandboxed), ratio(sandboxed, ours.render));
});

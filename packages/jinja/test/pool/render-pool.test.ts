import { afterAll, expect, test } from 'vitest';
import { BudgetError, PythonError, TemplateSyntaxError, UndefinedError } from '../../src/errors.ts';
import { RenderPool, RenderPoolBusyError } from '../../src/pool/index.ts';
import { RegexLimitError, RegexSyntaxError } from '../../src/regex/index.ts';

const nowUs = Date.parse('2026-01-15T10:20:30Z') * 1000;
const pool = new RenderPool({ maxThreads: 1, clock: () => nowUs });
afterAll(() => pool.close());

/** Takes far longer than a render may hold up its caller, and well less than its own second. */
const long = (result: string): string =>
  `{% set n = namespace(s=0) %}{% for a in payload.l %}{% for b in payload.l %}{% set n.s = n.s + a * b %}{% endfor %}{% endfor %}${result}`;
const list = JSON.stringify({ l: Array.from({ length: 600 }, (_, i) => i) });

test('renders at once', async () => {
  const text = await pool.render({
    template: '{{ payload.v }} {{ who }} {{ time() }}',
    json: { payload: '{"v": 1.0}' },
    context: { who: 'ops' },
  });
  expect(text).toBe('1.0 ops 2026-01-15 10:20:30+00:00');
});

test('moves what takes long to a thread, with the same clock and random numbers', async () => {
  const request = { template: long('{{ n.s }} {{ time() }} {{ payload.l | random }}'), json: { payload: list } };
  const onThread = new RenderPool({ maxThreads: 1, clock: () => nowUs, random: () => 0.25, limits: { timeMs: 20_000 } });
  const here = new RenderPool({
    maxThreads: 1,
    clock: () => nowUs,
    random: () => 0.25,
    inlineMs: 20_000,
    limits: { timeMs: 20_000 },
  });
  const other = new RenderPool({
    maxThreads: 1,
    clock: () => nowUs,
    random: () => 0.75,
    inlineMs: 20_000,
    limits: { timeMs: 20_000 },
  });
  const moved = await onThread.render(request);
  const stayed = await here.render(request);
  expect(await other.render(request)).not.toBe(stayed);
  await Promise.all([onThread.close(), here.close(), other.close()]);
  expect(moved).toMatch(/^32292090000 2026-01-15 10:20:30\+00:00 \d+$/);
  expect(moved).toBe(stayed);
});

test('fails as the template fails, here and on a thread', async () => {
  await expect(pool.render({ template: '{% if %}' })).rejects.toBeInstanceOf(TemplateSyntaxError);
  await expect(pool.render({ template: '{{ x.y }}' })).rejects.toThrow(UndefinedError);
  const patient = new RenderPool({ maxThreads: 1, limits: { timeMs: 20_000 } });
  for (const [ending, type, message] of [
    ['{{ x.y }}', UndefinedError, "'x' is undefined"],
    ['{{ 1 / 0 }}', PythonError, 'division by zero'],
  ] as const) {
    const error = await patient
      .render({ template: `\n${long(ending)}`, json: { payload: list } })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ message, line: 2 });
  }
  await patient.close();
});

test('moves what needs much memory to a thread', async () => {
  expect(await pool.render({ template: "{{ ('x' * 3000000) | length }} {{ ('y' * 1500000)[:3] }}" })).toBe('3000000 yyy');
  expect(await pool.render({ template: "{{ 'z' * 1500000 }}" })).toHaveLength(1_500_000);
  await expect(pool.render({ template: "{{ 'x' * 10 ** 9 }}" })).rejects.toMatchObject({ kind: 'growth' });
});

test('stops a render at its budget of time', async () => {
  const template =
    '{% for a in l %}{% for b in l %}{% for c in l %}{% for d in l %}{{ a }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}';
  const context = { l: Array.from({ length: 1000 }, (_, i) => i) };
  const hasty = new RenderPool({ maxThreads: 1, limits: { timeMs: 100, steps: 1e12, outputBytes: 1e12 } });
  await expect(hasty.render({ template, context })).rejects.toMatchObject({ kind: 'time' });
  await hasty.close();
});

test('ends a thread that overstays, and goes on with a new one', async () => {
  const short = new RenderPool({
    maxThreads: 1,
    environmentModule: new URL('./stuck-environment.ts', import.meta.url),
    limits: { timeMs: 100, regexTotalMs: 100 },
  });
  await expect(short.render({ template: '{{ "" | wait_for_thread }}{{ "" | hang }}' })).rejects.toBeInstanceOf(BudgetError);
  expect(await short.render({ template: '{{ "next" | wait_for_thread }}' })).toBe('next');
  await short.close();
});

test('a bounded number of jobs waits', async () => {
  const small = new RenderPool({ maxThreads: 1, maxWaiting: 1, limits: { timeMs: 20_000 } });
  const results = await Promise.allSettled(
    [1, 2, 3].map((n) => small.render({ template: long(`{{ n.s * ${n} }}`), json: { payload: list } })),
  );
  await small.close();
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(results[2]).toMatchObject({ reason: expect.any(RenderPoolBusyError) });
});

test('searches with patterns, bounded too', async () => {
  expect(await pool.search({ pattern: '"severity": "crit.*"', text: '{"severity": "critical"}', flavour: 're' })).toBe(true);
  expect(await pool.search({ pattern: 'x$', text: 'y', flavour: 're' })).toBe(false);
  await expect(pool.search({ pattern: '(', text: '', flavour: 're' })).rejects.toBeInstanceOf(RegexSyntaxError);
  const hasty = new RenderPool({ maxThreads: 1, limits: { regexMs: 100 } });
  const slow = { pattern: '(.*)(.*)(.*)(.*)\\1\\2\\3\\4[cd]', text: 'ab'.repeat(2000), flavour: 're' } as const;
  await expect(hasty.search(slow)).rejects.toBeInstanceOf(RegexLimitError);
  await hasty.close();
});

test('a closed pool takes nothing', async () => {
  const closed = new RenderPool({ maxThreads: 1, inlineMs: 0 });
  const under = closed.render({ template: long('{{ n.s }}'), json: { payload: list } });
  const ended = expect(under).rejects.toThrow('the pool is closed');
  await closed.close();
  await ended;
  await expect(closed.render({ template: long('{{ n.s }}'), json: { payload: list } })).rejects.toThrow('the pool is closed');
});

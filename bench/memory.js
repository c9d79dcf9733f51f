import { addIntegrations, makeChain } from './lib/fixtures.js';
import { aboutMachine, createLoad, mb, readOptions, settled } from './lib/measure.js';
import { sleep, startServer } from './lib/server.js';

const options = readOptions(
  `npm run bench:memory -- [--minutes 1] [--rate 200] [--groups 2000] [--rest 10] [--every 10]

Resident memory of the server and its PostgreSQL (shared pages counted once): at rest, --rest seconds after the start, then every --every
seconds under a steady load of --rate alerts a second that go into --groups alert groups, and whether it grows. 10 minutes for the full run.`,
  { minutes: 1, rate: 200, groups: 2_000, rest: 10, every: 10 },
);

/** Least squares. @returns growth per minute of `value` */
function slope(samples, value) {
  const mean = (read) => samples.reduce((sum, sample) => sum + read(sample), 0) / samples.length;
  const [at, size] = [mean(({ minute }) => minute), mean(value)];
  const spread = samples.reduce((sum, { minute }) => sum + (minute - at) ** 2, 0);
  return samples.reduce((sum, sample) => sum + (sample.minute - at) * (value(sample) - size), 0) / spread;
}

console.log(aboutMachine());
const server = await startServer();
try {
  await sleep(options.rest * 1_000);
  console.log(`  at rest      ${mb(server.memoryMb())}`);
  const { chainId, organizationId } = await makeChain(server.pool);
  const tokens = await addIntegrations(server.pool, organizationId, chainId, 100);
  const load = createLoad({ port: server.port, tokens, connections: 16, depth: 1 });
  const samples = [];
  let isOver = false;
  const startedMs = performance.now();
  const sample = async () => {
    while (!isOver) {
      await sleep(options.every * 1_000);
      const minute = (performance.now() - startedMs) / 60_000;
      const memory = server.memoryMb();
      samples.push({ minute, ...memory });
      console.log(`  ${minute.toFixed(1).padStart(4)} minutes ${mb(memory)}`);
    }
  };
  const sampling = sample();
  const sent = await load({ rate: options.rate, seconds: options.minutes * 60, groups: options.groups });
  isOver = true;
  await sampling;
  await settled(server.pool);
  // Pools, caches and shared buffers fill at first.
  const later = samples.filter(({ minute }) => minute > options.minutes / 3);
  const growth = (value) => `${slope(later, value).toFixed(2)} MB a minute`;
  if (later.length > 1) {
    const [ofServer, ofDatabase] = [growth(({ server }) => server), growth(({ database }) => database)];
    console.log(`  in the last two thirds the server grew by ${ofServer}, the database by ${ofDatabase}`);
  }
  console.log(`  ${sent.answered} alerts ${JSON.stringify(sent.statuses)}`);
} finally {
  await server.stop();
}

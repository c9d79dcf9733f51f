import { SMTPServer } from 'smtp-server';
import { addIntegrations, makeChain } from './lib/fixtures.js';
import { aboutMachine, createLoad, ms, perAlert, percentile, readOptions, round, until } from './lib/measure.js';
import { startHttpReceiver } from './lib/receiver.js';
import { startServer } from './lib/server.js';

const options = readOptions(
  `npm run bench:latency -- [--channels email,webhook] [--storm-channels webhook] [--idle 50] [--storm 10000] [--seconds 10] [--groups 0]

Time from the answer to an alert until the provider gets the page about it, with a start delay of 0: by a real SMTP server and a real HTTP
receiver of this process. Idle: one alert at a time, five a second. Storm: many in a few seconds, each a new alert group that notifies, or
spread over --groups of them. 0 leaves a part out.`,
  { channels: 'email,webhook', 'storm-channels': 'webhook', idle: 50, storm: 10_000, seconds: 10, groups: 0 },
);

/** When the first page about each alert came, by its number. */
function collectPages() {
  const arrivals = new Map();
  const take = (text, at) => {
    const number = /host-(\d{9})/.exec(text)?.[1];
    if (number === undefined) return; // a notice to admins
    if (!arrivals.has(Number(number))) arrivals.set(Number(number), at);
  };
  return { arrivals, take };
}

async function startReceiver(channel, take) {
  if (channel === 'webhook') {
    const receiver = await startHttpReceiver(take);
    return {
      env: { OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' },
      chain: { ruleType: 'notify_by_webhook', webhookUrl: `http://127.0.0.1:${receiver.port}/page` },
      close: receiver.close,
    };
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    disableReverseLookup: true,
    // The provider is called when the envelope begins; what arrives says which page it was.
    onMailFrom: (_address, session, done) => {
      session.at = Date.now();
      done();
    },
    onData(stream, session, done) {
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        done();
        take(Buffer.concat(chunks).toString(), session.at);
      });
    },
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    env: {
      EMAIL_HOST: '127.0.0.1',
      EMAIL_PORT: String(server.server.address().port),
      EMAIL_USE_TLS: 'false',
      EMAIL_FROM_ADDRESS: 'tocsin@example.net',
      EMAIL_NOTIFICATIONS_LIMIT: '1000000',
    },
    chain: { ruleType: 'notify_by_email' },
    close: () => server.close(),
  };
}

function report(name, sent, arrivals) {
  const groups = new Map();
  for (const [n, at] of sent.times) if (!groups.has(n)) groups.set(n, at);
  const waits = [...groups].map(([n, at]) => Math.max(0, (arrivals.get(n) ?? Number.NaN) - at));
  const took = `p50 ${ms(percentile(waits, 0.5))} p99 ${ms(percentile(waits, 0.99))} max ${ms(Math.max(...waits))}`;
  console.log(
    `  ${name}  ${took}  (${round(sent.answered)} alerts ${JSON.stringify(sent.statuses)}, ${round(groups.size)} pages, answers p99 ${ms(sent.p99)})`,
  );
}

async function measure(channel) {
  const { arrivals, take } = collectPages();
  const receiver = await startReceiver(channel, take);
  const server = await startServer({ env: receiver.env });
  try {
    const { chainId, organizationId } = await makeChain(server.pool, receiver.chain);
    const tokens = await addIntegrations(server.pool, organizationId, chainId, 100);
    const load = createLoad({ port: server.port, tokens, connections: 64, depth: 1 });
    const groups = options.groups > 0 ? options.groups : null;
    const run = async (name, how) => {
      const before = server.processorSeconds();
      const startedMs = performance.now();
      const sent = await load({ keepTimes: true, ...how });
      const all = new Set(sent.times.map(([n]) => n));
      await until(() => [...all].every((n) => arrivals.has(n)), 50);
      if (name === null) return;
      report(name, sent, arrivals);
      const rate = round(all.size / ((performance.now() - startedMs) / 1_000));
      const used = perAlert(before, server.processorSeconds(), sent.answered);
      if (name === 'storm') console.log(`         ${rate} pages/s, ${used} of processor time for each alert with its page`);
    };
    console.log(channel);
    await run(null, { rate: 20, seconds: 1 });
    if (options.idle > 0) await run('idle ', { rate: 5, seconds: options.idle / 5 });
    if (options.storm > 0 && options['storm-channels'].split(',').includes(channel))
      await run('storm', { rate: options.storm / options.seconds, seconds: options.seconds, groups });
  } finally {
    await server.stop();
    await receiver.close();
  }
}

console.log(aboutMachine());
for (const channel of options.channels.split(',')) await measure(channel);

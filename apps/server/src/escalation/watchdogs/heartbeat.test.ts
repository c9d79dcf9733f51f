import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../platform/log.ts';
import { createAddressPolicy, createOutbound } from '../../platform/outbound/index.ts';
import { EscalationWorld } from '../../testing/escalation/world.ts';
import { startHttpReceiver } from '../../testing/http-receiver.ts';
import { createHeartbeat } from './heartbeat.ts';

let world: EscalationWorld;
beforeAll(async () => {
  world = await EscalationWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

test('a URL is fetched once a minute while all is well, and not while an escalation is overdue', async () => {
  await world.reset('2026-03-02T09:00:00Z');
  await world.person('Mira', { default: ['email'] });
  const route = await world.route(await world.chain([{ do: 'wait', seconds: 60 }]));
  await using receiver = await startHttpReceiver();
  const heartbeat = createHeartbeat({
    db: world.db,
    log: createLogger({ level: 'silent' }),
    outbound: createOutbound({ policy: createAddressPolicy([]), userAgent: 'Tocsin/test' }),
    url: `${receiver.url}/ping/secret`,
    everySeconds: 60,
  });
  const run = () => heartbeat.run(world.clock.now());
  const minuteLater = async () => {
    world.clock.advance({ seconds: 60 });
    return run();
  };

  expect(await run()).toEqual({ ran: 0, nextDueAt: new Date('2026-03-02T09:01:00Z') });
  await run();
  await minuteLater();
  expect(receiver.requests.map(({ method, path }) => [method, path])).toEqual(Array(2).fill(['GET', '/ping/secret']));

  await world.open(route); // and nobody carries out its steps
  await minuteLater();
  await minuteLater();
  expect(receiver.requests).toHaveLength(2);

  await world.runDue();
  receiver.reply = () => ({ status: 500 });
  await minuteLater();
  receiver.reply = () => 'drop';
  await minuteLater();
  expect(receiver.requests).toHaveLength(4);

  world.clock.set('2026-03-02T08:00:00Z');
  await run();
  expect(receiver.requests).toHaveLength(5);
});

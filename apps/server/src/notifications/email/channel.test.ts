import { afterEach, beforeEach, expect, test } from 'vitest';
import { type NotificationWorld, startNotificationWorld } from '../../testing/notifications.ts';
import { startSmtpServer, type TestSmtpServer } from '../../testing/smtp.ts';
import { type DeliveryLoop, startDeliveryLoop } from '../delivery/loop.ts';
import { createEmailChannel, type EmailDeps } from './channel.ts';
import type { EmailSettings } from './settings.ts';

let world: NotificationWorld;
let smtp: TestSmtpServer;
const loops: DeliveryLoop[] = [];
beforeEach(async () => {
  [world, smtp] = await Promise.all([startNotificationWorld(), startSmtpServer()]);
});
afterEach(async () => {
  await Promise.all(loops.splice(0).map((loop) => loop.stop()));
  await smtp[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

function startEmail(settings: Partial<EmailSettings> | null = {}, deps: Partial<EmailDeps> = {}): DeliveryLoop {
  const channel = createEmailChannel({
    db: world.db,
    clock: world.clock,
    baseUrl: 'https://tocsin.harbor.example',
    settings: () => (settings === null ? null : smtp.settings(settings)),
    render: async (pages) => pages.map((page) => ({ title: page.group.title, messageHtml: '<p>Crane <b>7</b> is silent</p>' })),
    requestTimeoutMs: 30_000,
    ...deps,
  });
  const loop = startDeliveryLoop(world.deps, channel);
  loops.push(loop);
  return loop;
}

test('a page arrives as text and HTML, with a link, facts and headers that keep machines from answering', async () => {
  const userId = await world.user({ email: 'anna@harbor.example', name: 'Anna Ö.' });
  const group = await world.group({ title: 'Crane 7 unreachable', number: 31 });
  await world.owe({ userId, alertGroupId: group, important: true });
  await startEmail().runUntilIdle();
  const [mail] = smtp.mails;
  expect(mail?.subject).toBe('Crane 7 unreachable');
  expect(mail?.from?.value).toEqual([{ name: 'Tocsin', address: 'tocsin@harbor.example' }]);
  expect(mail?.to).toMatchObject({ value: [{ name: 'Anna Ö.', address: 'anna@harbor.example' }] });
  expect(mail?.text).toContain('Crane 7 is silent');
  expect(mail?.text).toContain(`https://tocsin.harbor.example/alert-groups/${group}`);
  expect(mail?.text).toContain('#31, firing, 1 alert');
  expect(mail?.text).toContain('Acknowledge it there');
  expect(mail?.html).toContain('<b>7</b>');
  expect(mail?.html).toContain(`href="https://tocsin.harbor.example/alert-groups/${group}"`);
  expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail?.headers.get('x-auto-response-suppress')).toBe('All');
  expect(mail?.headers.get('x-mailer')).toBeUndefined();
  expect(mail?.headers.get('priority')).toBe('high');
  expect(smtp.envelopes).toEqual([{ from: 'tocsin@harbor.example', to: ['anna@harbor.example'] }]);
  expect(await world.records()).toMatchObject([{ type: 2, channel: 'email' }]);
});

test('mails about a group make one thread, and those about another a second one', async () => {
  const [first, second] = [await world.group({ title: 'A' }), await world.group({ title: 'A' })];
  const [anna, ben] = [await world.user(), await world.user()];
  await world.owe(
    { alertGroupId: first, userId: anna },
    { alertGroupId: first, userId: ben },
    { alertGroupId: first, userId: anna },
  );
  await world.owe({ alertGroupId: second, userId: anna });
  await startEmail().runUntilIdle();
  const ids = smtp.mails.map((mail) => mail.messageId);
  expect(new Set(ids).size).toBe(4);
  expect(ids.every((id) => id?.endsWith('@tocsin.harbor.example>'))).toBe(true);
  const threads = smtp.mails.map((mail) => mail.inReplyTo);
  expect(new Set(threads)).toEqual(
    new Set([`<alertgroup.${first}@tocsin.harbor.example>`, `<alertgroup.${second}@tocsin.harbor.example>`]),
  );
  expect(smtp.mails.every((mail) => mail.references === mail.inReplyTo)).toBe(true);
  expect(new Set(smtp.mails.map((mail) => mail.subject))).toEqual(new Set(['A']));
});

test('no text from outside can add a header or a recipient', async () => {
  const userId = await world.user({
    email: 'anna@harbor.example',
    name: 'Anna\r\nBcc: eve@evil.example\r\n\r\nhi',
    username: 'a',
  });
  const group = await world.group({ title: 'Down\r\nBcc: eve@evil.example\u2028X: y' });
  await world.owe({ userId, alertGroupId: group });
  await startEmail({ fromName: 'Toc\r\nBcc: eve@evil.example' }).runUntilIdle();
  const [mail] = smtp.mails;
  expect(mail?.bcc).toBeUndefined();
  expect(mail?.subject).toBe('Down Bcc: eve@evil.example X: y');
  expect(smtp.envelopes).toEqual([{ from: 'tocsin@harbor.example', to: ['anna@harbor.example'] }]);
  expect([...(mail?.headers.keys() ?? [])].sort()).toEqual(
    [
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'in-reply-to',
      'message-id',
      'mime-version',
      'references',
      'subject',
      'to',
      'x-auto-response-suppress',
    ].sort(),
  );
});

test.each([
  'anna@harbor.example, eve@evil.example',
  'anna@harbor.example\r\nRCPT TO:<eve@evil.example>',
  '<anna@harbor.example>',
  'anna',
])('an address that is not one gets no mail: %j', async (email) => {
  await world.owe({ userId: await world.user({ email }) });
  await startEmail().runUntilIdle();
  expect(smtp.mails).toHaveLength(0);
  expect(await world.records()).toMatchObject([
    { type: 3, error_code: 5, reason: 'the e-mail address of the user is not valid' },
  ]);
});

test('without a template result the subject names group and integration', async () => {
  const group = await world.group({ number: 31, integrationId: await world.integration({ name: 'Dock probes' }) });
  await world.owe({ alertGroupId: group });
  await startEmail({}, { render: async (pages) => pages.map(() => ({ title: ' \n', messageHtml: null })) }).runUntilIdle();
  expect(smtp.mails[0]?.subject).toBe('#31 Incident via Dock probes');
});

test('what templates print is cleaned before it is sent', async () => {
  await world.owe({});
  const messageHtml =
    '<script>steal()</script><img src=x onerror=steal()><a href="javascript:steal()">go</a><p onclick=steal()>Host <none> is down</p>';
  await startEmail({}, { render: async () => [{ title: 'T', messageHtml }] }).runUntilIdle();
  const html = smtp.mails[0]?.html as string;
  expect(html).not.toContain('steal');
  expect(smtp.mails[0]?.text).toContain('Host <none> is down');
});

test('the last mails of the day say how many are left', async () => {
  await world.owe({}, {}, {});
  const deps = { ...world.deps, dailyLimits: { email: 2, phone: 2 } };
  const channel = createEmailChannel({
    db: world.db,
    clock: world.clock,
    baseUrl: 'https://t.example',
    settings: () => smtp.settings(),
    render: async (pages) => pages.map(() => ({ title: 'T', messageHtml: null })),
    concurrency: 1,
  });
  const loop = startDeliveryLoop(deps, channel);
  loops.push(loop);
  await loop.runUntilIdle();
  expect(smtp.mails.map((mail) => /You will get 1 more|This is the last/.exec(mail.text ?? '')?.[0])).toEqual([
    'You will get 1 more',
    'This is the last',
  ]);
  expect(await world.records()).toMatchObject([{ type: 2 }, { type: 2 }, { type: 3, error_code: 6 }]);
});

test.each<[string, Partial<EmailSettings> | null, string]>([
  ['no server', null, 'e-mail is not set up: EMAIL_HOST is empty'],
  ['no sender', { from: 'nobody' }, 'e-mail is not set up: EMAIL_FROM_ADDRESS is not an address'],
])('%s: failed with code 5', async (_fact, settings, reason) => {
  await world.owe({});
  await startEmail(settings).runUntilIdle();
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 5, reason }]);
});

test('a recipient that the server refuses has failed at once, and the connection serves the next mail', async () => {
  const [bad, good] = [await world.user({ email: 'bad@harbor.example' }), await world.user({ email: 'good@harbor.example' })];
  smtp.onRecipient = (address) => (address.startsWith('bad') ? { code: 550, text: 'no such user here' } : 'accept');
  await world.owe({ userId: bad });
  const loop = startEmail({}, { concurrency: 1 });
  await loop.runUntilIdle();
  await world.owe({ userId: good });
  await loop.runUntilIdle();
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 5, reason: '550 no such user here' }, { type: 2 }]);
  expect(smtp.connections).toBe(1);
});

test('greylisting is waited out and does not open the circuit', async () => {
  let tries = 0;
  smtp.onRecipient = () => {
    tries += 1;
    return tries <= 6 ? { code: 450, text: '4.2.0 greylisted' } : 'accept';
  };
  await world.owe({}, {}, {}, {}, {}, {});
  const loop = startEmail();
  await loop.runUntilIdle();
  expect(loop.openCircuits()).toEqual([]);
  expect(await world.deliveries()).toMatchObject(Array(6).fill({ state: 'owed', reason: '450 4.2.0 greylisted' }));
  world.clock.advance({ seconds: 5 });
  await loop.runUntilIdle();
  expect(smtp.mails).toHaveLength(6);
});

test('a message refused after its data has failed', async () => {
  smtp.onMessage = () => ({ code: 554, text: '5.7.1 looks like spam' });
  await world.owe({});
  await startEmail().runUntilIdle();
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 5, reason: '554 5.7.1 looks like spam' }]);
});

test('a server that hangs before the message is tried again', async () => {
  smtp.onRecipient = () => 'hang';
  await world.owe({});
  const hasty = startEmail({}, { requestTimeoutMs: 400 });
  await hasty.runUntilIdle();
  await hasty.stop();
  expect(await world.deliveries()).toMatchObject([{ state: 'owed', attempts: 1, reason: 'Timeout' }]);
  smtp.onRecipient = () => 'accept';
  world.clock.advance({ seconds: 5 });
  await startEmail().runUntilIdle();
  expect(smtp.mails).toHaveLength(1);
});

test('a server that takes the message and breaks off may have it: repeated once with the same id, and recorded', async () => {
  let tries = 0;
  smtp.onMessage = () => {
    tries += 1;
    return tries === 1 ? 'drop' : 'accept';
  };
  await world.owe({});
  await startEmail().runUntilIdle();
  expect(smtp.mails).toHaveLength(2);
  expect(smtp.mails[0]?.messageId).toBe(smtp.mails[1]?.messageId);
  expect(world.duplicates).toHaveLength(1);
  expect(await world.records()).toMatchObject([{ type: 2 }]);
});

test('a server that takes messages and never answers leaves the outcome unknown: code 102', async () => {
  smtp.onMessage = () => 'hang';
  await world.owe({});
  await startEmail({}, { requestTimeoutMs: 2_500 }).runUntilIdle();
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 102 }]);
});

test('a connection that the server closed while it was idle is replaced without loss of time', async () => {
  const loop = startEmail({}, { concurrency: 1 });
  await world.owe({});
  await loop.runUntilIdle();
  smtp.onRecipient = () => {
    smtp.onRecipient = () => 'accept';
    return 'drop';
  };
  await world.owe({});
  await loop.runUntilIdle();
  expect(await world.deliveries()).toMatchObject([{ state: 'accepted' }, { state: 'accepted', attempts: 1 }]);
  expect(smtp.connections).toBe(2);
});

test('mails go out over connections that are kept', async () => {
  await world.owe(...Array.from({ length: 30 }, () => ({})));
  await startEmail({}, { concurrency: 3 }).runUntilIdle();
  expect(smtp.mails).toHaveLength(30);
  expect(smtp.connections).toBeLessThanOrEqual(3);
});

test('nobody at the address: tried again, and the circuit opens', async () => {
  await world.owe(...Array.from({ length: 5 }, () => ({})));
  const loop = startEmail({ port: 1 });
  await loop.runUntilIdle();
  expect(loop.openCircuits()).toEqual(['smtp']);
  expect((await world.deliveries()).every(({ state }) => state === 'owed')).toBe(true);
});

test('a server that is down for 20 minutes gets the mail when it is back', async () => {
  smtp.onRecipient = () => ({ code: 421, text: 'try later' });
  await world.owe({});
  const loop = startEmail();
  for (let minute = 0; minute < 20; minute += 1) {
    await loop.runUntilIdle();
    world.clock.advance({ minutes: 1 });
  }
  smtp.onRecipient = () => 'accept';
  await loop.runUntilIdle();
  world.clock.advance({ minutes: 10 });
  await loop.runUntilIdle();
  expect(smtp.mails).toHaveLength(1);
  expect(await world.records()).toMatchObject([{ type: 2 }]);
});

test('a host name that does not exist is a final failure', async () => {
  await world.owe({});
  await startEmail({ host: 'smtp.does-not-exist.invalid' }, { requestTimeoutMs: 5_000 }).runUntilIdle();
  const [record] = await world.records();
  const [delivery] = await world.deliveries();
  // A resolver that cannot be asked answers EAI_AGAIN, which passes; one that can says ENOTFOUND.
  if (delivery?.state === 'owed') expect(delivery.reason).toMatch(/EAI_AGAIN|timeout/i);
  else expect(record).toMatchObject({ type: 3, error_code: 5, reason: expect.stringContaining('ENOTFOUND') });
});

test('a login that the server refuses has failed with what it said', async () => {
  await smtp[Symbol.asyncDispose]();
  smtp = await startSmtpServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, callback) =>
      password === 'right'
        ? callback(null, { user: 'tocsin' })
        : callback(Object.assign(new Error('bad credentials'), { responseCode: 535 })),
  });
  await world.owe({});
  await startEmail({ user: 'tocsin', password: 'wrong' }).runUntilIdle();
  await world.owe({});
  await startEmail({ user: 'tocsin', password: 'right' }).runUntilIdle();
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 5, reason: expect.stringContaining('535') }, { type: 2 }]);
  expect(JSON.stringify(await world.deliveries())).not.toContain('wrong');
});

test('STARTTLS is required when it is asked for', async () => {
  await world.owe({});
  await startEmail({ security: 'starttls' }).runUntilIdle();
  expect(smtp.mails).toHaveLength(0);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 5 }]);
});

test('a certificate that does not verify is not trusted', async () => {
  await smtp[Symbol.asyncDispose]();
  smtp = await startSmtpServer({ disabledCommands: [] });
  await world.owe({});
  await startEmail({ security: 'starttls' }).runUntilIdle();
  expect(smtp.mails).toHaveLength(0);
  expect(await world.deliveries()).toMatchObject([{ state: 'owed', reason: expect.stringMatching(/certificate/i) }]);
});

test('one page that breaks does not hold up the pages beside it', async () => {
  const bad = await world.group({ title: 'bad' });
  await world.owe({}, { alertGroupId: bad }, {});
  await startEmail(
    {},
    {
      render: async (pages) => {
        if (pages.some(({ group }) => group.id === bad)) throw new Error('renderer broke');
        return pages.map(() => ({ title: 'T', messageHtml: null }));
      },
    },
  ).runUntilIdle();
  expect((await world.deliveries()).map(({ state }) => state)).toEqual(['accepted', 'owed', 'accepted']);
});

import { createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { OutboundRequest, OutboundResult } from '../../platform/outbound/index.ts';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';
import { saveGuard } from '../guards/guard-store.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'sns-fixtures', name), 'utf8');
const KEY = fixture('test-key.pem');
const CERTIFICATE_URL = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:oncall';

/** Amazon, as far as the server calls it. */
const called: string[] = [];
let amazon: (request: OutboundRequest) => OutboundResult;
const answer = (status: number, body: string): OutboundResult => ({
  ok: true,
  status,
  body,
  headers: {},
  truncated: false,
  url: '',
});

const world = await IngestWorld.start({
  outbound: {
    request: async (request) => {
      called.push(request.url);
      return amazon(request);
    },
  },
});
afterAll(() => world[Symbol.asyncDispose]());
let integration: TestIntegration;
beforeEach(async () => {
  called.length = 0;
  amazon = ({ url }) => answer(200, url.endsWith('.pem') ? fixture('certificate.pem') : '<xml/>');
  integration = await world.integration('webhook');
});

const FIELDS = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
function envelope(fields: Record<string, unknown> = {}): Record<string, unknown> {
  const body: Record<string, unknown> = {
    Type: 'Notification',
    MessageId: '5f0f7c1e',
    TopicArn: TOPIC,
    Message: '{"AlarmName": "web-cpu-high", "Threshold": 90.0}',
    Timestamp: '2026-03-02T09:00:00.000Z',
    SignatureVersion: '2',
    SigningCertURL: CERTIFICATE_URL,
    ...fields,
  };
  const isNotification = body.Type === 'Notification';
  const signed = FIELDS.filter((field) => (isNotification ? !['SubscribeURL', 'Token'].includes(field) : field !== 'Subject'))
    .filter((field) => typeof body[field] === 'string' && body[field] !== '')
    .map((field) => `${field}\n${body[field]}\n`);
  const digest = body.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  return { Signature: createSign(digest).update(signed.join('')).sign(KEY, 'base64'), ...body };
}
async function send(body: unknown, headers: Record<string, string> = {}) {
  const type = typeof body === 'object' && body !== null && 'Type' in body ? String(body.Type) : 'Notification';
  const response = await fetch(integration.url.replace('/webhook/', '/amazon_sns/'), {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': type, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return [response.status, await response.text()];
}
const payloads = async () =>
  (
    await world.db
      .selectFrom('inbound_alert')
      .select('payload')
      .where('integration_id', '=', integration.id)
      .orderBy('id')
      .execute()
  ).map((row) => row.payload);

test.each(['1', '2'])('a notification of signature version %s becomes an alert of its message', async (version) => {
  expect(await send(envelope({ SignatureVersion: version, Subject: 'ALARM' }))).toEqual([200, 'OK']);
  expect(await send(envelope({ SignatureVersion: version, Message: 'Backup finished with errors' }))).toEqual([200, 'OK']);
  expect(await payloads()).toEqual([
    '{"AlarmName": "web-cpu-high", "Threshold": 90.0}',
    JSON.stringify({ message: 'Backup finished with errors' }),
  ]);
});

test('the certificate is fetched once an hour', async () => {
  const SigningCertURL = 'https://sns.cn-north-1.amazonaws.com.cn/once.pem';
  for (let at = 0; at < 3; at += 1) expect(await send(envelope({ SigningCertURL }))).toEqual([200, 'OK']);
  expect(called).toEqual([SigningCertURL]);
});

test.each([
  'http://sns.eu-west-1.amazonaws.com/a.pem',
  'https://sns.eu-west-1.amazonaws.com.example.net/a.pem',
  'https://example.net/sns.eu-west-1.amazonaws.com/a.pem',
  'https://evilsns.eu-west-1.amazonaws.com/a.pem',
  'https://sns.eu-west-1.amazonaws.com:8443/a.pem',
  'https://sns.eu-west-1.amazonaws.com@example.net/a.pem',
  'https://sns.eu-west-1.amazonaws.com/a.txt',
  'nonsense',
])('a certificate from %s is not fetched', async (SigningCertURL) => {
  expect(await send(envelope({ SigningCertURL }))).toEqual([400, 'Improper Certificate Location']);
  expect(called).toEqual([]);
});

test('what is not signed right is refused and stored nowhere', async () => {
  expect(await send('not json')).toEqual([400, 'Not Valid JSON']);
  expect(await send([])).toEqual([400, '{}']);
  expect(await send({ ...envelope(), Message: '{"AlarmName": "forged"}' })).toEqual([400, 'Improper Signature']);
  expect(await send({ ...envelope(), Signature: undefined })).toEqual([400, 'Improper Signature']);
  expect(await send(envelope({ SignatureVersion: '3' }))).toEqual([400, 'Improper Signature']);
  expect(await send({ ...envelope(), Timestamp: undefined })).toEqual([400, '{}']);
  expect(await send(envelope(), { 'x-amz-sns-message-type': 'Party' })).toEqual([400, 'Invalid Notification Type']);
  expect(await send(envelope({ Message: '[1, 2]' }))).toEqual([400, '{}']);
  const bare = await fetch(integration.url.replace('/webhook/', '/amazon_sns/'), {
    method: 'POST',
    body: JSON.stringify(envelope()),
  });
  expect([bare.status, await bare.text()]).toEqual([400, 'HTTP_X_AMZ_SNS_MESSAGE_TYPE not set']);
  expect(await payloads()).toEqual([]);
});

test('a certificate that cannot be had now lets Amazon send again', async () => {
  amazon = () => ({ ok: false, reason: 'timeout', message: 'no answer' });
  expect((await send(envelope({ SigningCertURL: 'https://sns.us-east-1.amazonaws.com/away.pem' })))[0]).toBe(503);
  amazon = () => answer(200, 'no certificate');
  expect((await send(envelope({ SigningCertURL: 'https://sns.us-east-1.amazonaws.com/away.pem' })))[0]).toBe(503);
});

test('subscriptions are confirmed at Amazon only, and listed', async () => {
  const confirmation = { Type: 'SubscriptionConfirmation', Token: 't', Message: 'You have chosen to subscribe' };
  const SubscribeURL = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';
  expect(await send(envelope({ ...confirmation, SubscribeURL }))).toEqual([200, 'OK']);
  expect(called).toContain(SubscribeURL);
  expect(await send(envelope({ ...confirmation, SubscribeURL: 'https://example.net/' }))).toEqual([
    400,
    'Improper Subscription Domain',
  ]);
  amazon = ({ url }) => answer(url.endsWith('.pem') ? 200 : 500, fixture('certificate.pem'));
  expect((await send(envelope({ ...confirmation, SubscribeURL })))[0]).toBe(503);
  expect(await send(envelope({ ...confirmation, Type: 'UnsubscribeConfirmation', SubscribeURL }))).toEqual([
    200,
    'UnsubscribeConfirmation Not Handled',
  ]);
  await world.ingestion.ingestLog.flush();
  const log = await world.db
    .selectFrom('ingest_log')
    .select('note')
    .where('integration_id', '=', integration.id)
    .orderBy('id')
    .execute();
  expect(log.map((row) => row.note)).toEqual([
    `the subscription of ${TOPIC} was confirmed`,
    'Improper Subscription Domain',
    `the subscription of ${TOPIC} could not be confirmed: Amazon answered 500`,
    `the subscription of ${TOPIC} has ended`,
  ]);
});

test('only listed topics may send where there is a list', async () => {
  const values = { hmac: null, authorization: null, allowedAddresses: [], allowedTopics: [TOPIC] };
  await inTransaction(world.db, (tx) => saveGuard(tx, integration.organizationId, integration.id, values, world.clock.now()));
  await world.hub.ready();
  expect(await send(envelope())).toEqual([200, 'OK']);
  expect((await send(envelope({ TopicArn: `${TOPIC}-other` })))[0]).toBe(403);
});

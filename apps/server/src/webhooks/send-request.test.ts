import { expect, test } from 'vitest';
import { createAddressPolicy, createOutbound } from '../platform/outbound/index.ts';
import { sendRequest } from './send-request.ts';

type Lookup = typeof import('node:dns').lookup;
const resolvingTo = (address: string | null) =>
  ((_host: unknown, _options: unknown, callback: (error: Error | null, addresses: unknown[]) => void) =>
    address === null
      ? callback(Object.assign(new Error('nobody knows it'), { code: 'ENOTFOUND' }), [])
      : callback(null, [{ address, family: 4 }])) as unknown as Lookup;

test.each([
  ['a name that nobody knows', null, 'URL - Cannot resolve name in url', 'transient'],
  ['a name of the private network (10)', '10.0.0.5', 'URL - This url is not supported for outgoing webhooks', 'refused'],
])('%s is not called, and what is stored in place of the URL says why', async (_what, address, urlError, kind) => {
  const outbound = createOutbound({ policy: createAddressPolicy([]), userAgent: 'Tocsin', lookup: resolvingTo(address) });
  const url = 'http://tickets.harbor.example/new';
  const shown = { url, trigger: '', headers: '{}', data: null };
  const sent = await sendRequest(
    outbound,
    {
      request: { ok: true, url, method: 'POST', headers: {}, body: '{}', shown, credentials: [] },
      event: 'acknowledge',
      deliveryId: 'd1',
      attempt: 1,
      timeoutMs: 1_000,
      signingSecret: null,
      baseUrl: 'https://tocsin.example',
      allow: [],
      proxy: null,
      hop: 0,
    },
    new Date('2026-03-02T09:00:00Z'),
  );
  expect(sent).toMatchObject({ statusCode: null, urlError, result: { kind } });
});

import { expect, test } from 'vitest';
import { type AcknowledgeHost, acknowledgeHostsOf, acknowledgeTarget } from './acknowledge-target.ts';

const listed = (host: string, port: number | null = null, plainHttp = false): AcknowledgeHost[] => [{ host, port, plainHttp }];

test.each<[string, string, AcknowledgeHost[], string]>([
  ['https without a scheme', 'prtg.example.net/api?id=1', listed('prtg.example.net'), 'https://prtg.example.net/api?id=1'],
  [
    'plain http without a scheme where the list says so',
    'prtg.example.net:8080/api',
    listed('prtg.example.net', 8080, true),
    'http://prtg.example.net:8080/api',
  ],
  [
    'http where the list says so',
    'http://PRTG.example.net/api',
    listed('prtg.example.net', null, true),
    'http://prtg.example.net/api',
  ],
  [
    'blanks in the query, and line feeds around',
    ' prtg.example.net:8443/a?m=It is\n acknowledged\n',
    listed('prtg.example.net', 8443),
    'https://prtg.example.net:8443/a?m=It%20is%20acknowledged',
  ],
  ['https that is asked for, where plain http would do', 'https://prtg/api', listed('prtg', null, true), 'https://prtg/api'],
])('%s is called', (_fact, text, hosts, url) => {
  expect(acknowledgeTarget(text, hosts, [])).toMatchObject({ ok: true, url, allowedByServer: false });
  expect(acknowledgeTarget(text, [], hosts)).toMatchObject({ ok: true, url, allowedByServer: true });
});

test.each<[string, string, AcknowledgeHost[]]>([
  ['a host that nobody listed', 'https://evil.example/x', listed('prtg.example.net')],
  ['a host that ends like a listed one', 'https://evil-prtg.example.net', listed('prtg.example.net')],
  ['another port', 'https://prtg.example.net:22/', listed('prtg.example.net')],
  ['plain http that is not listed as such', 'http://prtg.example.net/', listed('prtg.example.net', 80)],
  ['a user before the host', 'https://prtg.example.net@evil.example/', listed('prtg.example.net')],
  ['another scheme', 'file://prtg.example.net/etc/passwd', listed('prtg.example.net')],
  ['no address', ':::', listed('prtg.example.net')],
])('%s is not called', (_fact, text, hosts) => {
  expect(acknowledgeTarget(text, hosts, hosts).ok).toBe(false);
});

test('the list of the server is read with schemes and ports', () => {
  expect(acknowledgeHostsOf(['prtg.example.net', 'http://prtg:8080', 'user@x', 'x/path'])).toEqual([
    { host: 'prtg.example.net', port: null, plainHttp: false },
    { host: 'prtg', port: 8080, plainHttp: true },
  ]);
});

import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAddressPolicy, unwrapAddress } from './address-policy.ts';
import { createOutbound } from './outbound.ts';

let server: Server;
let base: string;
let port: number;
let connections = 0;
let requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];

beforeAll(async () => {
  server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    requests.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
    if (req.url === '/hang') return;
    if (req.url === '/drip') {
      res.write('a');
      return;
    }
    if (req.url === '/big') return void res.end('x'.repeat(5_000));
    if (req.url === '/to-ok') return void res.writeHead(302, { location: '/ok' }).end();
    if (req.url === '/to-private') return void res.writeHead(302, { location: `http://127.0.0.2:${port}/ok` }).end();
    if (req.url === '/to-other') return void res.writeHead(307, { location: `http://other.test:${port}/ok` }).end();
    if (req.url === '/loop') return void res.writeHead(302, { location: '/loop' }).end();
    return void res.writeHead(201, { 'x-answer': ['a', 'b'] }).end('fine');
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  port = (server.address() as AddressInfo).port;
  base = `http://127.0.0.1:${port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Resolves every name to this machine. */
const toLoopback = ((
  _host: string,
  _options: object,
  callback: (err: null, found: { address: string; family: number }[]) => void,
) => callback(null, [{ address: '127.0.0.1', family: 4 }])) as unknown as typeof import('node:dns').lookup;

const strict = createOutbound({ policy: createAddressPolicy([]), userAgent: 'Tocsin', lookup: toLoopback });
const open = createOutbound({
  policy: createAddressPolicy(['127.0.0.1', 'allowed.test', 'other.test']),
  userAgent: 'Tocsin',
  lookup: toLoopback,
});
const get = { method: 'GET', timeoutMs: 30_000 };

describe('addresses', () => {
  const policy = createAddressPolicy([]);
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '2002:7f00:1::',
    '2001:0:1::1',
    '::127.0.0.1',
    'not an address',
  ])('%s is not reached', (address) => expect(policy.allows('example.com', address)).toBe(false));

  test.each(['93.184.216.34', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])('%s is public', (address) =>
    expect(policy.allows('example.com', address)).toBe(true),
  );

  test('an IPv4 address is found inside an IPv6 one', () => {
    expect(unwrapAddress('::ffff:1.2.3.4')).toBe('1.2.3.4');
    expect(unwrapAddress('64:ff9b::102:304')).toBe('1.2.3.4');
    expect(unwrapAddress('2606::1')).toBe('2606::1');
  });

  test.each<[string, string, string, boolean]>([
    ['prtg.corp', 'prtg.corp', '10.0.0.1', true],
    ['prtg.corp', 'PRTG.corp.', '10.0.0.1', true],
    ['prtg.corp', 'evil.prtg.corp', '10.0.0.1', false],
    ['*.corp', 'prtg.corp', '10.0.0.1', true],
    ['*.corp', 'corp', '10.0.0.1', false],
    ['10.2.0.0/16', 'any', '10.2.9.9', true],
    ['10.2.0.0/16', 'any', '10.3.0.1', false],
    ['10.2.0.0/16', 'any', '::ffff:10.2.0.1', true],
    ['fd00::/8', 'any', 'fd00::1', true],
    ['*', 'any', '127.0.0.1', true],
  ])('with %s allowed, %s at %s is reached: %s', (entry, host, address, expected) =>
    expect(createAddressPolicy([entry]).allows(host, address)).toBe(expected),
  );

  test.each(['10.0.0.0/33', 'a b', 'http://x', ''])('an entry %j is refused', (entry) =>
    expect(() => createAddressPolicy([entry])).toThrow('not a'),
  );
});

describe('outbound requests', () => {
  test('a private address is blocked before anything connects, by number, by odd spelling and by name', async () => {
    connections = 0;
    for (const host of ['127.0.0.1', '0x7f.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', 'localhost', 'rebind.test']) {
      const result = await strict.request({ ...get, url: `http://${host}:${port}/ok` });
      expect(result, host).toMatchObject({ ok: false, reason: 'blocked' });
    }
    expect(connections).toBe(0);
  });

  test('an allowed host answers, with its headers and body', async () => {
    requests = [];
    const url = `http://allowed.test:${port}/ok?x=1`;
    const result = await open.request({
      ...get,
      method: 'post',
      url,
      headers: { 'X-A': 'é'.normalize('NFD').slice(0, 1) },
      body: 'hello',
    });
    expect(result).toEqual({
      ok: true,
      status: 201,
      body: 'fine',
      truncated: false,
      url,
      headers: expect.objectContaining({ 'x-answer': 'a, b' }),
    });
    expect(requests).toMatchObject([
      { method: 'POST', url: '/ok?x=1', body: 'hello', headers: { 'user-agent': 'Tocsin', 'x-a': 'e' } },
    ]);
  });

  test('what one request is allowed, another one is not', async () => {
    expect(await strict.request({ ...get, url: `${base}/ok`, allow: ['127.0.0.1'] })).toMatchObject({ ok: true });
    expect(await strict.request({ ...get, url: `${base}/ok` })).toMatchObject({ ok: false, reason: 'blocked' });
  });

  test('a long answer is cut', async () => {
    expect(await open.request({ ...get, url: `${base}/big`, maxResponseBytes: 10 })).toMatchObject({
      ok: true,
      body: 'x'.repeat(10),
      truncated: true,
    });
    expect(await open.request({ ...get, url: `${base}/big`, maxResponseBytes: 5_000 })).toMatchObject({
      ok: true,
      truncated: false,
    });
  });

  test('a server that never answers, or never ends, runs into the time-out', async () => {
    for (const path of ['/hang', '/drip']) {
      const result = await open.request({ ...get, url: base + path, timeoutMs: 50 });
      expect(result).toEqual({ ok: false, reason: 'timeout', message: `127.0.0.1:${port} did not answer within 0.05 s` });
    }
  });

  test('redirects are followed only when asked for, and checked again', async () => {
    expect(await open.request({ ...get, url: `${base}/to-ok` })).toMatchObject({ ok: true, status: 302 });
    expect(await open.request({ ...get, url: `${base}/to-ok`, redirects: 1 })).toMatchObject({
      ok: true,
      status: 201,
      url: `${base}/ok`,
    });
    expect(await open.request({ ...get, url: `${base}/to-private`, redirects: 1 })).toMatchObject({
      ok: false,
      reason: 'blocked',
    });
    expect(await open.request({ ...get, url: `${base}/loop`, redirects: 3 })).toMatchObject({ ok: true, status: 302 });
  });

  test('credentials, and headers that may hold some, stay with their origin', async () => {
    requests = [];
    const headers = {
      Authorization: 'secret',
      'X-Api-Key': 'secret',
      'PRIVATE-TOKEN': 'secret',
      Accept: 'text/plain',
      'X-Tocsin-Event': 'kept',
    };
    await open.request({ ...get, method: 'POST', body: 'b', url: `${base}/to-other`, redirects: 1, headers });
    expect(requests).toMatchObject([
      { headers: { authorization: 'secret', 'x-api-key': 'secret' } },
      { method: 'POST', body: 'b', headers: { accept: 'text/plain', 'x-tocsin-event': 'kept' } },
    ]);
    expect(JSON.stringify(requests[1]?.headers)).not.toContain('secret');
    await open.request({ ...get, url: `${base}/to-ok`, redirects: 1, headers });
    expect(requests.at(-1)).toMatchObject({ url: '/ok', headers: { authorization: 'secret', 'x-api-key': 'secret' } });
  });

  test('what fails has a reason, and no path in its message', async () => {
    const closed = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const closedPort = (closed.address() as AddressInfo).port;
    await new Promise((resolve) => closed.close(resolve));
    expect(await open.request({ ...get, url: `http://127.0.0.1:${closedPort}/token` })).toEqual({
      ok: false,
      reason: 'refused',
      message: `127.0.0.1:${closedPort} refused the connection`,
    });
    expect(await open.request({ ...get, url: `https://127.0.0.1:${port}/token` })).toMatchObject({ ok: false, reason: 'tls' });
    expect(await open.request({ ...get, url: 'ftp://example.com/' })).toMatchObject({ ok: false, reason: 'invalid' });
    expect(await open.request({ ...get, url: 'nonsense' })).toMatchObject({ ok: false, reason: 'invalid' });
    expect(await open.request({ ...get, url: `${base}/ok`, headers: { 'bad name': 'x' } })).toMatchObject({
      ok: false,
      reason: 'invalid',
    });
    expect(await open.request({ ...get, url: `${base}/ok`, headers: { a: 'line\nbreak' } })).toMatchObject({
      ok: false,
      reason: 'invalid',
    });
    const unresolved = createOutbound({ policy: createAddressPolicy([]), userAgent: 'Tocsin' });
    expect(await unresolved.request({ ...get, url: 'http://nowhere.invalid/' })).toMatchObject({ ok: false, reason: 'dns' });
  });
});

describe('connections that are kept', () => {
  const reusing = { ...get, method: 'POST', body: '{}', mayReuse: true };

  /** Answers so many requests of each connection, and closes it at the next. */
  async function startImpatient(answers: number) {
    let asked = 0;
    const closing = createTcpServer((socket) => {
      let left = answers;
      socket.on('error', () => undefined);
      socket.on('data', () => {
        asked += 1;
        if (left === 0) return void socket.destroy();
        left -= 1;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const { port: at } = closing.address() as AddressInfo;
    return { url: `http://127.0.0.1:${at}/page`, asked: () => asked, close: () => closing.close() };
  }

  test('requests one after the other share some', async () => {
    connections = 0;
    for (let n = 0; n < 20; n += 1)
      expect(await open.request({ ...reusing, url: `${base}/ok` })).toMatchObject({ ok: true, status: 201 });
    expect(connections).toBeLessThan(20);
  });

  test('one that was allowed serves no request that is not', async () => {
    expect(await strict.request({ ...reusing, url: `${base}/ok`, allow: ['127.0.0.1'] })).toMatchObject({ ok: true });
    expect(await strict.request({ ...reusing, url: `${base}/ok` })).toMatchObject({ ok: false, reason: 'blocked' });
  });

  test('one that the receiver closes at the next request is replaced', async () => {
    const receiver = await startImpatient(1);
    for (let n = 0; n < 3; n += 1)
      expect(await open.request({ ...reusing, url: receiver.url })).toMatchObject({ ok: true, body: 'ok' });
    receiver.close();
  });

  test('a receiver that closes a new one is not asked again', async () => {
    const receiver = await startImpatient(0);
    expect(await open.request({ ...reusing, url: receiver.url })).toMatchObject({ ok: false, reason: 'network' });
    expect(receiver.asked()).toBe(1);
    receiver.close();
  });
});

describe('through a proxy', () => {
  /** Takes absolute URLs and CONNECT, as proxies do, and sends everything to this machine. */
  async function startProxy() {
    const asked: string[] = [];
    const proxy = createServer((req, res) => {
      asked.push(`${req.method} ${req.url} ${req.headers['proxy-authorization'] ?? ''}`.trim());
      res.end('by proxy');
    });
    proxy.on('connect', (req, socket) => {
      asked.push(`CONNECT ${req.url}`);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    return { asked, proxy, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  }

  test('it takes requests on; addresses are checked before it is asked, and names unknown here are its own matter', async () => {
    const { asked, proxy, url } = await startProxy();
    const toPublic = ((
      _host: string,
      _options: object,
      callback: (err: null, found: { address: string; family: number }[]) => void,
    ) => callback(null, [{ address: '93.184.216.34', family: 4 }])) as unknown as typeof import('node:dns').lookup;
    const unknown = ((_host: string, _options: object, callback: (err: Error, found: never[]) => void) =>
      callback(new Error('ENOTFOUND'), [])) as unknown as typeof import('node:dns').lookup;
    const options = { policy: createAddressPolicy([]), userAgent: 'Tocsin' };
    const withLogin = url.replace('http://', 'http://ada:pw@');
    const plain = await createOutbound({ ...options, lookup: toPublic }).request({
      ...get,
      url: 'http://hooks.example/x',
      proxy: withLogin,
    });
    expect(plain).toMatchObject({ ok: true, status: 200, body: 'by proxy' });
    await createOutbound({ ...options, lookup: unknown }).request({ ...get, url: 'http://inside.example/y', proxy: url });
    const tls = await createOutbound({ ...options, lookup: toPublic }).request({
      ...get,
      url: 'https://hooks.example/z',
      proxy: url,
    });
    expect(tls).toMatchObject({ ok: false });
    for (const [outbound, target] of [
      [createOutbound({ ...options, lookup: toLoopback }), 'http://rebind.example/'],
      [createOutbound({ ...options, lookup: toPublic }), 'http://10.0.0.5/'],
      [createOutbound({ ...options, lookup: toPublic }), 'http://[::1]/'],
    ] as const)
      expect(await outbound.request({ ...get, url: target, proxy: url })).toMatchObject({ ok: false, reason: 'blocked' });
    expect(asked).toEqual([
      `GET http://hooks.example/x Basic ${Buffer.from('ada:pw').toString('base64')}`,
      'GET http://inside.example/y',
      'CONNECT hooks.example:443',
    ]);
    proxy.closeAllConnections();
    proxy.close();
  });
});

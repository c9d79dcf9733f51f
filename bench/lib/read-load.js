// Reads a list of paths over and over on kept connections, a process of its own. Takes { port, token, paths, connections, seconds } from its
// parent and answers with what it saw. Written on sockets, because an HTTP client would take more of the processors than the server.
import { connect } from 'node:net';

const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

function run({ port, token, paths, connections, seconds }) {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    const requests = paths.map((path) =>
      Buffer.from(`GET ${path} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer ${token}\r\nConnection: keep-alive\r\n\r\n`),
    );
    const took = [];
    const statuses = {};
    let next = 0;
    let open = connections;
    for (let i = 0; i < connections; i += 1) {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      let sentMs = 0;
      let pending = Buffer.alloc(0);
      let wanted = -1; // bytes of the answer under way
      const send = () => {
        if (performance.now() - startedMs >= seconds * 1_000) return socket.destroy();
        sentMs = performance.now();
        socket.write(requests[next++ % requests.length]);
      };
      socket.on('data', (chunk) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        if (wanted < 0) {
          const end = pending.indexOf(END_OF_HEAD);
          if (end < 0) return;
          const head = pending.toString('latin1', 0, end);
          statuses[head.slice(9, 12)] = (statuses[head.slice(9, 12)] ?? 0) + 1;
          wanted = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        }
        if (pending.length < wanted) return;
        took.push(performance.now() - sentMs);
        pending = Buffer.alloc(0);
        wanted = -1;
        send();
      });
      socket.on('connect', send);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open -= 1;
        if (open > 0) return;
        took.sort((a, b) => a - b);
        const ran = (performance.now() - startedMs) / 1_000;
        resolve({ answered: took.length, seconds: ran, statuses, p50: percentile(took, 0.5), p99: percentile(took, 0.99) });
      });
    }
  });
}

process.on('message', async (options) => process.send(await run(options)));

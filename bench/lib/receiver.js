// An HTTP receiver of webhooks on bare sockets: an HTTP server would take as much of the processors as what is measured.
import { createServer } from 'node:net';

const END = Buffer.from('\r\n\r\n');
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/**
 * Answers every request with 200. Requests must say their length.
 * @param take gets the whole text of each request and when its first byte came, in milliseconds since the epoch
 * @returns its port, and a function that ends it
 */
export async function startHttpReceiver(take) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    let pending = Buffer.alloc(0);
    let at = 0;
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      if (pending.length === 0) at = Date.now();
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      for (;;) {
        const end = pending.indexOf(END);
        if (end === -1) return;
        const length = Number(/content-length: *(\d+)/i.exec(pending.latin1Slice(0, end))?.[1] ?? 0);
        const size = end + END.length + length;
        if (pending.length < size) return;
        take(pending.latin1Slice(0, size), at);
        pending = pending.subarray(size);
        socket.write(ANSWER, 'latin1');
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

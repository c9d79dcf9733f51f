import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type ReceivedRequest = { method: string; path: string; headers: IncomingHttpHeaders; body: string };
/** What a receiver does: answers, says nothing, or takes the request and breaks the connection. */
export type HttpReply = { status: number; body?: string; headers?: Record<string, string> } | 'hang' | 'drop';

export interface HttpReceiver extends AsyncDisposable {
  url: string;
  requests: ReceivedRequest[];
  /** 200 when left out. */
  reply: (request: ReceivedRequest) => HttpReply;
}

/** A real HTTP server on loopback, whose answers a test decides. */
export async function startHttpReceiver(): Promise<HttpReceiver> {
  const sockets = new Set<Socket>();
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const request = {
        method: req.method ?? '',
        path: req.url ?? '',
        headers: req.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      receiver.requests.push(request);
      const reply = receiver.reply(request);
      if (reply === 'drop') req.socket.destroy();
      else if (reply !== 'hang') res.writeHead(reply.status, reply.headers).end(reply.body ?? '');
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: HttpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    reply: () => ({ status: 200 }),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return receiver;
}

import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import type { Random } from './random.ts';

/** Something that reached somebody: a mail by its Message-ID, a call by its idempotency key. */
export type Receipt = { id: string; at: Date };

/** What pages and calls arrive at. It outlives all servers. */
export interface Receivers extends AsyncDisposable {
  smtpPort: number;
  httpUrl: string;
  /** Pages. */
  mails: Receipt[];
  /** Subjects of all other mails: notices to admins that something is wrong. */
  notices: string[];
  /** Personal webhooks. */
  calls: Receipt[];
  /** Paths below /acknowledge/ that were called. */
  acknowledged: string[];
}

/** Answers come after a moment, so that kills also hit what is under way. */
const SLOWEST_MS = 80;

/** A mail server and an HTTP server on loopback that take everything and keep what identifies it. */
export async function startReceivers(random: Random): Promise<Receivers> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // the sender was killed
    socket.on('close', () => sockets.delete(socket));
  };
  const mails: Receipt[] = [];
  const notices: string[] = [];
  const calls: Receipt[] = [];
  const acknowledged: string[] = [];

  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    disableReverseLookup: true,
    onData(stream, _session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const source = Buffer.concat(chunks).toString('latin1');
        const id = /^Message-ID:\s*<([^>]+)>/im.exec(source)?.[1] ?? 'none';
        if (id.startsWith('alertgroup.')) mails.push({ id, at: new Date() });
        else notices.push(/^Subject:\s*(.*)$/im.exec(source)?.[1] ?? 'a mail without a subject');
        void sleep(random.between(0, SLOWEST_MS)).then(() => callback(null));
      });
    },
  });
  smtp.on('error', () => undefined); // connections that break with their sender
  smtp.server.on('connection', keep);
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));

  const http = createServer((req, res) => {
    req.resume();
    req.on('end', async () => {
      const path = req.url ?? '';
      if (path.startsWith('/acknowledge/')) acknowledged.push(path);
      else calls.push({ id: String(req.headers['idempotency-key'] ?? 'none'), at: new Date() });
      await sleep(random.between(0, SLOWEST_MS));
      res.writeHead(200).end();
    });
  });
  http.on('connection', keep);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  return {
    smtpPort: (smtp.server.address() as AddressInfo).port,
    httpUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    mails,
    notices,
    calls,
    acknowledged,
    async [Symbol.asyncDispose]() {
      const closed = [new Promise<void>((resolve) => smtp.close(() => resolve())), new Promise((resolve) => http.close(resolve))];
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

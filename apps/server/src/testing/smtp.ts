import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { EmailSettings } from '../notifications/email/settings.ts';

/** What the server says to a recipient, or to the whole message. */
export type SmtpReply = 'accept' | 'hang' | 'drop' | { code: number; text: string };

export interface TestSmtpServer extends AsyncDisposable {
  port: number;
  /** Mails accepted, parsed, in their order. */
  mails: ParsedMail[];
  /** Their bytes. */
  sources: string[];
  envelopes: { from: string; to: string[] }[];
  connections: number;
  /** Decides at RCPT TO; `accept` when left out. */
  onRecipient: (address: string) => SmtpReply;
  /** Decides after the whole message was taken; `drop` closes the connection without an answer. */
  onMessage: (mail: ParsedMail) => SmtpReply;
  settings(changes?: Partial<EmailSettings>): EmailSettings;
}

const failure = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });

/** A real SMTP server on loopback, whose answers a test decides. */
export async function startSmtpServer(options: SMTPServerOptions = {}): Promise<TestSmtpServer> {
  const sockets = new Set<{ destroy(): void }>();
  const test: TestSmtpServer = {
    port: 0,
    mails: [],
    sources: [],
    envelopes: [],
    connections: 0,
    onRecipient: () => 'accept',
    onMessage: () => 'accept',
    settings: (changes = {}) => ({
      host: '127.0.0.1',
      port: test.port,
      user: null,
      password: null,
      security: 'none',
      from: 'tocsin@harbor.example',
      fromName: 'Tocsin',
      ...changes,
    }),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect(_session, callback) {
      test.connections += 1;
      callback();
    },
    onRcptTo({ address }, _session, callback) {
      const reply = test.onRecipient(address);
      if (reply === 'hang') return;
      if (reply === 'drop') for (const socket of sockets) socket.destroy();
      else callback(reply === 'accept' ? null : failure(reply.code, reply.text));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        const source = Buffer.concat(chunks);
        const mail = await simpleParser(source);
        const reply = test.onMessage(mail);
        if (reply === 'accept' || reply === 'drop') {
          test.mails.push(mail);
          test.sources.push(source.toString('utf8'));
          const { mailFrom, rcptTo } = session.envelope;
          test.envelopes.push({ from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address) });
        }
        if (reply === 'drop') for (const socket of sockets) socket.destroy();
        else if (reply === 'accept') callback(null);
        else if (reply !== 'hang') callback(failure(reply.code, reply.text));
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.port = (server.server.address() as AddressInfo).port;
  return test;
}

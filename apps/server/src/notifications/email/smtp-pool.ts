import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SendOutcome } from '../channel.ts';
import type { EmailSettings } from './settings.ts';
import { outcomeOfFailure, type SmtpFailure } from './smtp-outcome.ts';

export type Mail = { from: string; to: string; source: Buffer };

export interface SmtpPool {
  /** Sends over a connection that is kept for the next mail. `signal` ends the attempt. */
  send(settings: EmailSettings, mail: Mail, signal: AbortSignal): Promise<SendOutcome>;
  /** Ends idle connections. */
  close(): void;
}

const CONNECT_MS = 5_000;
const IDLE_MS = 20_000;

type Idle = { connection: SMTPConnection; settingsKey: string; timer: NodeJS.Timeout };
type Attempt = { outcome: SendOutcome; bodySent: boolean; keep: boolean };

const keyOf = (settings: EmailSettings): string =>
  JSON.stringify([settings.host, settings.port, settings.user, settings.password, settings.security]);

function createConnection(settings: EmailSettings): SMTPConnection {
  return new SMTPConnection({
    host: settings.host,
    port: settings.port,
    secure: settings.security === 'tls',
    requireTLS: settings.security === 'starttls',
    ignoreTLS: settings.security === 'none',
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: IDLE_MS + 10_000,
    socketCloseTimeout: 1_000,
  });
}

type Bytes = { stream: Readable; wasSent: () => boolean };

/** The mail's bytes, which tell when the connection has taken all of them. */
function bytesOf(source: Buffer): Bytes {
  let sent = false;
  const stream = Readable.from([source], { objectMode: false });
  stream.once('end', () => {
    sent = true;
  });
  return { stream, wasSent: () => sent };
}

/**
 * Connections to mail servers, kept open between mails for twenty seconds. Works on nodemailer's connection rather than its pool,
 * because the phase in which an attempt broke decides whether it may be repeated.
 */
export function createSmtpPool(): SmtpPool {
  let idle: Idle[] = [];

  const drop = (entry: Idle) => {
    clearTimeout(entry.timer);
    idle = idle.filter((other) => other !== entry);
    entry.connection.removeAllListeners();
    entry.connection.on('error', () => undefined);
    entry.connection.quit();
  };

  function take(settingsKey: string): SMTPConnection | null {
    const entry = idle.findLast((candidate) => candidate.settingsKey === settingsKey);
    if (entry === undefined) return null;
    clearTimeout(entry.timer);
    idle = idle.filter((other) => other !== entry);
    entry.connection.removeAllListeners();
    return entry.connection;
  }

  function keep(connection: SMTPConnection, settingsKey: string): void {
    const entry: Idle = { connection, settingsKey, timer: setTimeout(() => drop(entry), IDLE_MS) };
    entry.timer.unref();
    connection.once('error', () => drop(entry));
    connection.once('end', () => drop(entry));
    idle.push(entry);
  }

  /** Connects and signs in; an outcome when that fails. */
  function open(connection: SMTPConnection, settings: EmailSettings): Promise<SendOutcome | null> {
    return new Promise((resolve) => {
      const fail = (err: SmtpFailure) => resolve(outcomeOfFailure(err, false));
      connection.once('error', fail);
      connection.connect((err) => {
        if (err) return fail(err);
        const { user, password } = settings;
        if (user === null) return resolve(null);
        connection.login({ user, pass: password ?? '' }, (loginErr) => (loginErr ? fail(loginErr) : resolve(null)));
      });
    });
  }

  function transfer(connection: SMTPConnection, mail: Mail, { stream, wasSent }: Bytes): Promise<Attempt> {
    return new Promise((resolve) => {
      const fail = (err: SmtpFailure) => {
        const answered = (err.responseCode ?? 0) > 0;
        resolve({ outcome: outcomeOfFailure(err, wasSent()), bodySent: wasSent(), keep: answered && err.responseCode !== 421 });
      };
      connection.removeAllListeners();
      connection.once('error', fail);
      // A reply such as 421 comes together with the end: it says more.
      connection.once('end', () => setImmediate(() => fail({ message: 'Connection closed', code: 'ECONNECTION' })));
      const envelope = { from: mail.from, to: [mail.to], size: mail.source.length };
      connection.send(envelope, stream, (err, info) => {
        if (err) return fail(err);
        const id = info?.serverMessageId;
        resolve({ outcome: { kind: 'accepted', ...(id === undefined ? {} : { providerId: id }) }, bodySent: true, keep: true });
      });
    });
  }

  /** After a refusal the session must forget the refused message. */
  const reset = (connection: SMTPConnection): Promise<boolean> =>
    new Promise((resolve) => {
      connection.once('error', () => resolve(false));
      connection.reset((err) => resolve(!err));
    });

  async function attempt(
    settings: EmailSettings,
    mail: Mail,
    reused: SMTPConnection | null,
    signal: AbortSignal,
  ): Promise<Attempt> {
    const connection = reused ?? createConnection(settings);
    const bytes = bytesOf(mail.source);
    const aborted = new Promise<Attempt>((resolve) => {
      const end = () => {
        const failure = { message: 'Timeout', code: 'ETIMEDOUT' };
        resolve({ outcome: outcomeOfFailure(failure, bytes.wasSent()), bodySent: bytes.wasSent(), keep: false });
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
    const sent = (async (): Promise<Attempt> => {
      const failure = reused === null ? await open(connection, settings) : null;
      if (failure !== null) return { outcome: failure, bodySent: false, keep: false };
      return transfer(connection, mail, bytes);
    })();
    const result = await Promise.race([sent, aborted]);
    connection.removeAllListeners();
    connection.on('error', () => undefined);
    const usable =
      result.keep && (result.outcome.kind === 'accepted' || (await Promise.race([reset(connection), aborted.then(() => false)])));
    if (usable) keep(connection, keyOf(settings));
    else connection.close();
    return result;
  }

  return {
    async send(settings, mail, signal) {
      const reused = take(keyOf(settings));
      const first = await attempt(settings, mail, reused, signal);
      const staleConnection = reused !== null && !first.bodySent && first.outcome.kind === 'transient' && first.keep === false;
      if (!staleConnection || signal.aborted) return first.outcome;
      return (await attempt(settings, mail, null, signal)).outcome;
    },
    close() {
      for (const entry of [...idle]) drop(entry);
    },
  };
}

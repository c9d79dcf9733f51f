import { randomUUID } from 'node:crypto';
import type { SendOutcome } from '../channel.ts';
import { composeMail, messageIdHost } from './compose.ts';
import { oneLine } from './content.ts';
import { escapeHtml } from './sanitize-html.ts';
import { type EmailSettings, isAddress } from './settings.ts';
import { createSmtpPool } from './smtp-pool.ts';

export type PlainMail = { to: { name: string; address: string }; subject: string; text: string; date: Date };

/** Sends single mails that are no pages. */
export interface Mailer {
  send(settings: EmailSettings, mail: PlainMail): Promise<SendOutcome>;
  close(): void;
}

const TIMEOUT_MS = 10_000;

export function createMailer(baseUrl: string): Mailer {
  const pool = createSmtpPool();
  return {
    async send(settings, { to, subject, text, date }) {
      if (!isAddress(to.address) || !isAddress(settings.from))
        return { kind: 'rejected', code: 5, reason: 'not an e-mail address' };
      const head = {
        from: { name: settings.fromName, address: settings.from },
        to,
        date,
        messageId: `${randomUUID()}@${messageIdHost(baseUrl)}`,
        threadId: null,
        important: true,
      };
      const html = `<!doctype html>\n<html><body><p>${escapeHtml(text).replaceAll('\n', '<br>')}</p></body></html>`;
      const source = await composeMail(head, { subject: oneLine(subject), text: `${text}\n`, html });
      return pool.send(settings, { from: settings.from, to: to.address, source }, AbortSignal.timeout(TIMEOUT_MS));
    },
    close: () => pool.close(),
  };
}

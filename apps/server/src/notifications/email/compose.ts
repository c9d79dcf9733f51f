import MailComposer from 'nodemailer/lib/mail-composer';
import type { MailContent } from './content.ts';
import { oneLine } from './content.ts';

export type MailHead = {
  from: { name: string; address: string };
  to: { name: string; address: string };
  date: Date;
  /** Without angle brackets. Stable for all attempts of a page, so that receivers can drop a repeat (escalation.md G15). */
  messageId: string;
  /** Id of the thread that the mail belongs to; null for a mail of its own. */
  threadId: string | null;
  important: boolean;
};

/** A mail's bytes, RFC 5322 and MIME. Names are encoded and cannot end a header; nothing is read from files or URLs. */
export function composeMail(head: MailHead, content: MailContent): Promise<Buffer> {
  const thread = head.threadId === null ? {} : { inReplyTo: `<${head.threadId}>`, references: [`<${head.threadId}>`] };
  const composer = new MailComposer({
    from: { name: oneLine(head.from.name), address: head.from.address },
    to: { name: oneLine(head.to.name), address: head.to.address },
    subject: content.subject,
    text: content.text,
    html: content.html,
    date: head.date,
    messageId: `<${head.messageId}>`,
    ...thread,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(head.important ? { Importance: 'high', 'X-Priority': '1' } : {}),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false,
  });
  return composer.compile().build();
}

/** The host of the server's own address, which makes message ids unique in the world. */
export const messageIdHost = (baseUrl: string): string =>
  (URL.canParse(baseUrl) ? new URL(baseUrl).hostname : 'tocsin.invalid').replaceAll(/[[\]]/g, '');

export const groupThreadId = (groupId: string, host: string): string => `alertgroup.${groupId}@${host}`;

export const pageMessageId = (page: { groupId: string; userId: string; deliveryId: number }, host: string): string =>
  `alertgroup.${page.groupId}.user.${page.userId}.${page.deliveryId}@${host}`;

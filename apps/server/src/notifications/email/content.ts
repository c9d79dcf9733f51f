import { groupLink, type PageInfo } from '../page-info.ts';
import { htmlToText } from './html-to-text.ts';
import { escapeHtml, sanitizeHtml } from './sanitize-html.ts';

/** What the templates of the integration made for e-mail; null where they made nothing. */
export type RenderedMessage = {
  title: string | null;
  /** HTML as templates and alerts have it, not to be trusted. */
  messageHtml: string | null;
};

export type MailContent = { subject: string; text: string; html: string };

const MOST_SUBJECT_CHARACTERS = 500;
/** From here on the mail says how many are left today (escalation.md 3.7). */
const FEW_LEFT = 20;

/** One line without control characters, so that no text can end a header. */
export const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();

const defaultTitle = ({ group, integration }: PageInfo): string => `#${group.number} Incident via ${integration.name}`;

/** The subject comes from the group's first alert: it stays the same for all mails about a group, which keeps them in one thread. */
export function subjectOf(page: PageInfo, title: string | null): string {
  const subject = oneLine(title ?? '');
  return (subject === '' ? oneLine(defaultTitle(page)) : subject).slice(0, MOST_SUBJECT_CHARACTERS);
}

function facts(page: PageInfo): [string, string][] {
  const { group, integration } = page;
  const labels = Object.entries(group.labels).map(([key, value]) => `${key}=${value}`);
  return [
    ['Alert group', `#${group.number}, ${group.state}, ${group.alertsCount} ${group.alertsCount === 1 ? 'alert' : 'alerts'}`],
    ['Integration', integration.name],
    ['Since', `${group.startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`],
    ...(labels.length === 0 ? [] : [['Labels', labels.join(', ')] as [string, string]]),
  ];
}

const leftHint = (left: number): string =>
  left === 0
    ? 'This is the last e-mail you get from Tocsin today (UTC).'
    : `You will get ${left} more e-mails from Tocsin today (UTC).`;

/**
 * Writes a page as a mail, once as text and once as HTML.
 * @param leftToday pages left of the user's day, null when that is not known
 */
export function mailContent(page: PageInfo, rendered: RenderedMessage, baseUrl: string, leftToday: number | null): MailContent {
  const subject = subjectOf(page, rendered.title);
  const message = rendered.messageHtml === null ? '' : sanitizeHtml(rendered.messageHtml);
  const messageText = htmlToText(message);
  const link = groupLink(baseUrl, page.group.id);
  const hint = 'Acknowledge it there to stop the escalation. Until somebody does, the next people will be notified.';
  const few = leftToday !== null && leftToday <= FEW_LEFT ? leftHint(leftToday) : null;
  const lines = facts(page);
  const text = [
    subject,
    '',
    ...(messageText === '' ? [] : [messageText, '']),
    ...lines.map(([name, value]) => `${name}: ${oneLine(value)}`),
    '',
    `Open the alert group: ${link}`,
    hint,
    ...(few === null ? [] : ['', few]),
    '',
    '-- ',
    `Tocsin, ${baseUrl}`,
    '',
  ].join('\n');
  const rows = lines
    .map(
      ([name, value]) =>
        `<tr><td style="padding:0 12px 0 0;color:#666666">${name}</td><td>${escapeHtml(oneLine(value))}</td></tr>`,
    )
    .join('');
  const html = [
    '<!doctype html>',
    `<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>`,
    '<body style="margin:0;padding:16px;font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f1f1f">',
    `<h2 style="margin:0 0 12px;font-size:18px">${escapeHtml(subject)}</h2>`,
    message === '' ? '' : `<div>${message}</div>`,
    `<table style="margin:16px 0;font-size:14px;border-collapse:collapse">${rows}</table>`,
    `<p style="margin:16px 0"><a href="${escapeHtml(link)}" style="display:inline-block;padding:8px 16px;background:#1f4fd8;color:#ffffff;text-decoration:none;border-radius:4px">Open alert group #${page.group.number}</a></p>`,
    `<p style="color:#666666;font-size:13px">${hint}</p>`,
    few === null ? '' : `<p style="color:#666666;font-size:13px">${few}</p>`,
    `<p style="color:#666666;font-size:13px"><a href="${escapeHtml(baseUrl)}">${escapeHtml(baseUrl)}</a></p>`,
    '</body></html>',
  ];
  return { subject, text, html: html.filter((part) => part !== '').join('\n') };
}

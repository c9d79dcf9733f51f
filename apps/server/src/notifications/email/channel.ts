import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Channel, ClaimedDelivery, Prepared } from '../channel.ts';
import { loadPages, type PageInfo } from '../page-info.ts';
import { NOTIFICATION_ERROR } from '../records.ts';
import { composeMail, groupThreadId, messageIdHost, pageMessageId } from './compose.ts';
import { mailContent, type RenderedMessage } from './content.ts';
import { type EmailSettings, isAddress } from './settings.ts';
import { createSmtpPool, type Mail } from './smtp-pool.ts';

export type EmailDeps = {
  db: Db;
  clock: Clock;
  baseUrl: string;
  /** Asked for every batch, so that a change of the settings counts at once. Null: no mail server is set. */
  settings: () => EmailSettings | null;
  /** Titles and messages of the pages, in their order, by the templates of each page's integration. Does not throw for bad templates. */
  render: (pages: readonly PageInfo[]) => Promise<readonly RenderedMessage[]>;
  concurrency?: number;
  requestTimeoutMs?: number;
};

type EmailMessage = { settings: EmailSettings; mail: Mail };

const refused = (reason: string): Prepared<EmailMessage> => ({ ok: false, code: NOTIFICATION_ERROR.mailNotSent, reason });

/** Pages by e-mail over SMTP (channels.md 6). Accepted means that the mail server took the mail, not that it arrived. */
export function createEmailChannel(deps: EmailDeps): Channel<EmailMessage> {
  const pool = createSmtpPool();
  const host = messageIdHost(deps.baseUrl);

  async function compose(
    delivery: ClaimedDelivery,
    page: PageInfo,
    rendered: RenderedMessage,
    settings: EmailSettings,
  ): Promise<Prepared<EmailMessage>> {
    if (!isAddress(page.user.email)) return refused('the e-mail address of the user is not valid');
    const head = {
      from: { name: settings.fromName, address: settings.from },
      to: { name: page.user.name === '' ? page.user.username : page.user.name, address: page.user.email },
      date: deps.clock.now(),
      messageId: pageMessageId({ groupId: page.group.id, userId: page.user.id, deliveryId: delivery.id }, host),
      threadId: groupThreadId(page.group.id, host),
      important: delivery.important,
    };
    const source = await composeMail(head, mailContent(page, rendered, deps.baseUrl, delivery.leftToday));
    return {
      ok: true,
      message: { settings, mail: { from: settings.from, to: page.user.email, source } },
      circuitKey: SHARED_CIRCUIT,
    };
  }

  return {
    id: 'email',
    concurrency: deps.concurrency ?? 10,
    ...(deps.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: deps.requestTimeoutMs }),
    sharedCircuitKey: SHARED_CIRCUIT,
    async prepare(deliveries) {
      const settings = deps.settings();
      const all = (answer: Prepared<EmailMessage>) => new Map(deliveries.map(({ id }) => [id, answer]));
      if (settings === null) return all(refused('e-mail is not set up: EMAIL_HOST is empty'));
      if (!isAddress(settings.from)) return all(refused('e-mail is not set up: EMAIL_FROM_ADDRESS is not an address'));
      const pages = await loadPages(deps.db, deliveries);
      const known = deliveries.flatMap((delivery) => {
        const page = pages.get(delivery.id);
        return page === undefined ? [] : [{ delivery, page }];
      });
      const rendered = await deps.render(known.map(({ page }) => page));
      const prepared = await Promise.all(
        known.map(async ({ delivery, page }, i): Promise<[number, Prepared<EmailMessage>]> => {
          return [delivery.id, await compose(delivery, page, rendered[i] ?? NOTHING, settings)];
        }),
      );
      return new Map(prepared);
    },
    send: ({ settings, mail }, _idempotencyKey, signal) => pool.send(settings, mail, signal),
    async close() {
      pool.close();
    },
  };
}

const SHARED_CIRCUIT = 'smtp';
const NOTHING: RenderedMessage = { title: null, messageHtml: null };

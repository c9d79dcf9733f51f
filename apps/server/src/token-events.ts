import type { OnNewAddress, TokenNotice } from './access/index.ts';
import { takeTokenNotices } from './access/index.ts';
import { recordAudit } from './audit/index.ts';
import type { TellPerson } from './escalation/index.ts';
import type { AdminNotice } from './notifications/index.ts';
import { inTransaction } from './platform/db/create-db.ts';
import type { Db, Tx } from './platform/db/database.ts';
import { findUser } from './users/index.ts';

/** Tells the audit log of a token that was used from an address it had not been used from (access.md 14.2). */
export const recordNewAddress: OnNewAddress = async (tx, { org, actor, number, name, ip, at }) => {
  const who =
    actor.type === 'user'
      ? { type: 'user' as const, id: actor.userId, name: (await findUser(tx, org, actor.userId))?.username ?? '' }
      : { type: 'service_account' as const, id: actor.id, name: actor.name };
  const source = { actor: who, via: 'api', ip, userAgent: null, requestId: null };
  const type = actor.type === 'user' ? 'public_api_token' : 'service_account_token';
  const event = { type: 'access', name: 'token_used_from_new_address', resource: { type, id: String(number), name }, note: ip };
  await recordAudit(tx, org, source, event, at);
};

export interface TokenNoticeDeps {
  readonly db: Db;
  readonly tellPerson: TellPerson;
  readonly notifyAdmins: (tx: Tx, notice: AdminNotice, now: Date) => Promise<void>;
}

/** Mails what owners of tokens are to hear; the admins for tokens of service accounts. */
export const tellOfTokens = ({ db, tellPerson, notifyAdmins }: TokenNoticeDeps, now: Date): Promise<void> =>
  inTransaction(db, async (tx) => {
    const tell = ({ organizationId, userId, tokenId, subject, text }: TokenNotice) =>
      userId === null
        ? notifyAdmins(tx, { organizationId, kind: `token ${tokenId}`, subject, text }, now)
        : tellPerson(tx, { organizationId, userId, subject, text }, now);
    for (const notice of await takeTokenNotices(tx, now)) await tell(notice);
  });

import { sql } from 'kysely';
import type { Tx } from '../platform/db/database.ts';

const DAY_MS = 86_400_000;

/** Something that the owner of a token hears by e-mail: a person, or for a service account the admins. */
export interface TokenNotice {
  readonly organizationId: string;
  /** null: the token is a service account's. */
  readonly userId: string | null;
  readonly tokenId: string;
  readonly subject: string;
  readonly text: string;
}

type Row = {
  organization_id: string;
  id: string;
  user_id: string | null;
  account: string | null;
  name: string;
  starts_with: string;
  expires_at: Date;
  address: string;
};

const NAMED = sql`t.organization_id, t.id, t.user_id, t.name, left(t.token_key, 4) as starts_with, t.expires_at,
  (select s.name from service_account s where s.organization_id = t.organization_id and s.id = t.service_account_id) as account`;

const nameOf = (row: Row): string =>
  `${row.name} (${row.starts_with}…)${row.account === null ? '' : ` of the service account ${row.account}`}`;

/**
 * Tokens that end within 14 and within 3 days, each of them once, but for those that were made for no longer (access.md 8); and
 * tokens that were used from a new address (14.2). What is returned counts as told.
 */
export async function takeTokenNotices(tx: Tx, now: Date): Promise<TokenNotice[]> {
  const [in3, in14] = [3, 14].map((days) => new Date(now.getTime() + days * DAY_MS));
  const expiring = await sql<Row>`
    update api_token t set expiry_warned_days = case when t.expires_at <= ${in3} then 3 else 14 end
    where t.revoked_at is null and t.expires_at > ${now} and (
      (t.expires_at <= ${in3} and coalesce(t.expiry_warned_days, 99) > 3 and t.expires_at - t.created_at > interval '3 days')
      or (t.expires_at <= ${in14} and t.expiry_warned_days is null and t.expires_at - t.created_at > interval '14 days'))
    returning ${NAMED}`.execute(tx);
  const used = await sql<Row>`
    with due as (
      select organization_id, id, untold_address from api_token where untold_address is not null for update skip locked
    )
    update api_token t set untold_address = null from due
    where t.organization_id = due.organization_id and t.id = due.id and t.revoked_at is null
    returning ${NAMED}, due.untold_address as address`.execute(tx);
  const notice = (row: Row, subject: string, text: string): TokenNotice => ({
    organizationId: row.organization_id,
    userId: row.user_id,
    tokenId: row.id,
    subject,
    text,
  });
  return [
    ...expiring.rows.map((row) => {
      const until = row.expires_at.toISOString().slice(0, 16).replace('T', ' ');
      const text = `The API token ${nameOf(row)} works until ${until} UTC. Make another one and put it in its place in time.`;
      return notice(row, `API token ${row.name} expires on ${until.slice(0, 10)}`, text);
    }),
    ...used.rows.map((row) => {
      const text = `The API token ${nameOf(row)} was used from ${row.address} for the first time. If that was not you, revoke it.`;
      return notice(row, `API token ${row.name} was used from a new address`, text);
    }),
  ];
}

import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/db/database.ts';
import { Lru } from '../../../platform/lru.ts';
import { listAdmins } from '../../../users/index.ts';

/** Somebody who can give rights. */
export type Contact = { readonly id: string; readonly name: string; readonly email: string };

/** Whom a refused caller can ask: some admins of the organization, those who have been there longest first. */
export type ContactsOf = (org: string) => Promise<readonly Contact[]>;

const MOST_CONTACTS = 5;
const MOST_ORGANIZATIONS = 1_000;
/** Refusals may come fast, and admins change seldom. */
const REMEMBERED_MS = 30_000;

export function createContacts({ reads, clock }: { readonly reads: Db; readonly clock: Clock }): ContactsOf {
  const known = new Lru<string, { readonly contacts: readonly Contact[]; readonly untilMs: number }>(
    MOST_ORGANIZATIONS,
    Number.POSITIVE_INFINITY,
  );
  return async (org) => {
    const nowMs = clock.now().getTime();
    const remembered = known.get(org);
    if (remembered !== undefined && nowMs < remembered.untilMs) return remembered.contacts;
    const admins = await listAdmins(reads, org);
    const contacts = admins
      .slice(0, MOST_CONTACTS)
      .map(({ id, name, username, email }) => ({ id, name: name === '' ? username : name, email }));
    known.set(org, { contacts, untilMs: nowMs + REMEMBERED_MS }, 1);
    return contacts;
  };
}

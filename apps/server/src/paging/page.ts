import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type Actor, addTimelineRecords, bySystem, ESCALATION_ERROR, findListedGroup, TIMELINE } from '../alerting/index.ts';
import { loadPeople, pageUsers } from '../escalation/index.ts';
import { type OpenDeps, openAtOnce } from '../integrations/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { findUsers } from '../users/index.ts';
import { ensureDirectPaging, type PagedTeam } from './direct-integration.ts';

export type PagedUser = { id: string; important: boolean };

export type NewPage = {
  team: PagedTeam | null;
  isTeamImportant: boolean;
  users: readonly PagedUser[];
  /** Null: made from who pages whom. */
  title: string | null;
  message: string | null;
  sourceUrl: string | null;
  by: { actor: Actor; name: string };
};

/** What went well enough, but will not do what was meant. */
export type PageWarning = { code: 'team_has_no_chain' | 'user_not_notifiable'; detail: string };

/** Opens an alert group for a page, and pages (escalation.md 5.2): the team by its routes and chains, people at once by their own rules. */
export async function openPage(
  tx: Tx,
  deps: OpenDeps,
  org: string,
  page: NewPage,
): Promise<{ alertGroupId: string; warnings: readonly PageWarning[] }> {
  const now = deps.clock.now();
  const integrationId = await ensureDirectPaging(tx, org, page.team, now);
  const people = await findUsers(
    tx,
    org,
    page.users.map(({ id }) => id),
  );
  const names = page.team === null ? page.users.map(({ id }) => people.get(id)?.username ?? id) : [page.team.name];
  const oncall = {
    title: escapeHtml(page.title ?? `${page.by.name} is paging ${inWords(names)} to join escalation`),
    message: page.message === null ? null : escapeHtml(page.message),
    uid: randomUUID(),
    author_username: page.by.name,
    permalink: page.sourceUrl,
    important: page.isTeamImportant,
  };
  const alertGroupId = await openAtOnce(tx, deps, { organizationId: org, integrationId, payload: JSON.stringify({ oncall }) });
  const warnings = await addResponders(tx, deps, org, alertGroupId, page.users, page.by.actor);
  if (page.team === null || (await hasChain(tx, org, alertGroupId))) return { alertGroupId, warnings };
  const detail = `Nobody is notified: the direct paging of the team ${page.team.name} has no escalation chain.`;
  await addTimelineRecords(tx, [
    {
      organizationId: org,
      alertGroupId,
      at: now,
      actor: bySystem,
      type: TIMELINE.escalationFailed,
      errorCode: ESCALATION_ERROR.nobodyNotified,
      reason: detail,
    },
  ]);
  return { alertGroupId, warnings: [{ code: 'team_has_no_chain', detail }, ...warnings] };
}

export type AddRefusal = 'not_found' | 'already_resolved' | 'attached';

/** Pages people for a group that is there (escalation.md 5.3). @returns why not, or what will not do what was meant */
export async function pageForGroup(
  tx: Tx,
  deps: Pick<OpenDeps, 'clock'>,
  org: string,
  id: string,
  users: readonly PagedUser[],
  actor: Actor,
): Promise<{ ok: true; warnings: readonly PageWarning[] } | { ok: false; reason: AddRefusal }> {
  const group = await findListedGroup(tx, org, id);
  if (group === null) return { ok: false, reason: 'not_found' };
  if (group.state.kind === 'resolved' || group.wipedAt !== null) return { ok: false, reason: 'already_resolved' };
  // People of a group that follows another would never be notified; in maintenance they are.
  if (group.rootId !== null && (await findListedGroup(tx, org, group.rootId))?.isMaintenance !== true)
    return { ok: false, reason: 'attached' };
  return { ok: true, warnings: await addResponders(tx, deps, org, id, users, actor) };
}

async function addResponders(
  tx: Tx,
  { clock }: Pick<OpenDeps, 'clock'>,
  org: string,
  id: string,
  users: readonly PagedUser[],
  actor: Actor,
): Promise<PageWarning[]> {
  if (users.length === 0) return [];
  const wanted = users.map(({ id: userId, important }) => ({ userId, important }));
  const done = await pageUsers({ db: tx, clock }, org, id, wanted, actor);
  if (!done.ok) throw new Error(`people could not be added to ${id}: ${done.reason}`);
  const people = await loadPeople(
    tx,
    users.map((user) => ({ organizationId: org, userId: user.id })),
  );
  return [...(people.get(org)?.values() ?? [])].flatMap((user) =>
    user.mayBeNotified
      ? []
      : [
          {
            code: 'user_not_notifiable' as const,
            detail: `${user.username} is not notified: their role does not receive notifications.`,
          },
        ],
  );
}

/** Whether the route that a group took has an escalation chain. */
async function hasChain(tx: Tx, org: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from alert_group g join route r on r.organization_id = g.organization_id and r.id = g.route_id
    where g.organization_id = ${org} and g.id = ${id} and r.escalation_chain_id is not null`.execute(tx);
  return rows.length > 0;
}

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** `A, B and C`. */
const inWords = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

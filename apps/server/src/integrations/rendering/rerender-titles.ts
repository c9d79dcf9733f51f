import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db } from '../../platform/db/database.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import { cutTitle, PayloadSource, type Templates } from '../../templates/index.ts';
import { cleanText } from '../pipeline/clean-text.ts';
import { loadSettings } from '../pipeline/settings.ts';

/** Alert groups of one integration that get new titles, the newest first. */
const MOST_GROUPS = 1_000;
/** Time that rendering may take; what is left keeps its title. */
const RENDER_MS = 10_000;

type GroupRow = { id: string; title: string | null; labels: Record<string, string>; payload: string };

type Stale = { organization_id: string; id: string; stale_at: string };

/** An integration whose titles could not be rendered is tried again after so long, while others go on. */
const RETRY_MS = 60_000;

/**
 * Makes the work of a due loop that renders the titles of open alert groups anew where the template of an integration has changed, one
 * integration at a time (ingest.md B-16). A title that cannot be rendered stays as it was; an integration that fails waits a minute.
 */
export function createTitleRenderer(deps: TitleDeps): (now: Date) => Promise<DueResult> {
  const retryAt = new Map<string, number>();
  return async (now) => {
    for (const [id, at] of retryAt) if (at <= now.getTime()) retryAt.delete(id);
    const { rows } = await sql<Stale>`
      select organization_id, id, titles_stale_at::text as stale_at from integration
      where titles_stale_at is not null and id <> all(${[...retryAt.keys()]}::text[]) order by titles_stale_at limit 1`.execute(
      deps.db,
    );
    const [stale] = rows;
    if (stale === undefined) return { ran: 0, nextDueAt: retryAt.size === 0 ? null : new Date(Math.min(...retryAt.values())) };
    try {
      await rerender(deps, stale, now);
    } catch (err) {
      const ids = { organizationId: stale.organization_id, integrationId: stale.id };
      deps.log.error({ err, ...ids }, 'titles could not be rendered anew');
      retryAt.set(stale.id, now.getTime() + RETRY_MS);
    }
    return { ran: 1, nextDueAt: now };
  };
}

export type TitleDeps = { db: Db; clock: Clock; templates: Templates; log: Log };

async function rerender({ db, clock, templates }: TitleDeps, stale: Stale, now: Date): Promise<void> {
  const { organization_id: org, id } = stale;
  const settings = (await loadSettings(db, [{ organization_id: org, integration_id: id }], now)).get(id);
  const source = settings?.template('web.title') ?? null;
  const changed: { id: string; title: string }[] = [];
  const endMs = clock.monotonicMs() + RENDER_MS;
  for (const group of source === null ? [] : await openGroups(db, org, id)) {
    const rendered = await templates.render(source ?? '', { payload: new PayloadSource(group.payload), labels: group.labels });
    const title = rendered.ok ? cleanText(cutTitle(rendered.text)) : group.title;
    if (title !== null && title !== group.title) changed.push({ id: group.id, title });
    if (clock.monotonicMs() > endMs) break;
  }
  await inTransaction(db, async (tx) => {
    await sql`
      update alert_group g set title = c.title
      from unnest(${changed.map((each) => each.id)}::text[], ${changed.map((each) => each.title)}::text[]) as c (id, title)
      where g.organization_id = ${org} and g.id = c.id and g.wiped_at is null`.execute(tx);
    // Changed again meanwhile: the next look renders once more.
    await sql`update integration set titles_stale_at = null
      where organization_id = ${org} and id = ${id} and titles_stale_at = ${stale.stale_at}::timestamptz`.execute(tx);
  });
}

async function openGroups(db: Db, org: string, integrationId: string): Promise<GroupRow[]> {
  const { rows } = await sql<GroupRow>`
    select g.id, g.title, g.labels, a.payload from (
      select * from alert_group where organization_id = ${org} and integration_id = ${integrationId} and resolved_at is null
        and wiped_at is null and not is_maintenance order by started_at desc limit ${MOST_GROUPS}) g
    join alert a on a.organization_id = ${org} and a.id = g.first_alert_id`.execute(db);
  return rows;
}

import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../../platform/db/page.ts';
import { newId } from '../../platform/ids.ts';
import type { OrgId, UserId } from '../alert-group.ts';
import type { SavedViewTable } from '../tables.ts';

/** Who sees a view besides its owner. */
export const VIEW_VISIBILITIES = ['private', 'team', 'organization'] as const;
export type ViewVisibility = (typeof VIEW_VISIBILITIES)[number];

export type SavedView = {
  id: string;
  ownerId: UserId;
  name: string;
  icon: string | null;
  /** Parameters of the list of alert groups, each a text or a list of texts. */
  filters: Readonly<Record<string, unknown>>;
  columns: readonly string[];
  grouping: string | null;
  sort: string | null;
  /** New firing groups make a sound or a notification of the browser. */
  notifies: boolean;
  visibility: ViewVisibility;
  /** Set where a team shares it. */
  teamId: string | null;
};

export type ViewValues = Omit<SavedView, 'id' | 'ownerId'>;

const fromRow = (row: Selectable<SavedViewTable>): SavedView => ({
  id: row.id,
  ownerId: row.owner_id,
  name: row.name,
  icon: row.icon,
  filters: row.filters,
  columns: row.columns,
  grouping: row.grouping,
  sort: row.sort,
  notifies: row.notifies,
  visibility: row.visibility,
  teamId: row.team_id,
});

/** Views that a person sees: their own, those of their teams, those of everybody. */
const seenBy = (
  userId: UserId,
) => sql`(v.owner_id = ${userId} or v.visibility = 'organization' or (v.visibility = 'team' and exists (
  select from team_member m where m.organization_id = v.organization_id and m.team_id = v.team_id and m.user_id = ${userId})))`;

/** By name. */
export async function listViews(db: Db, org: OrgId, userId: UserId, window: Window): Promise<Page<SavedView>> {
  const page = await selectPage(
    db,
    {
      from: sql`saved_view v`,
      where: [sql`v.organization_id = ${org}`, seenBy(userId)],
      id: sql`v.id`,
      keys: [
        { column: sql`v.name`, type: 'text' },
        { column: sql`v.id`, type: 'text' },
      ],
      direction: 'asc',
    },
    window,
  );
  if (page.rows.length === 0) return { ...page, rows: [] };
  const rows = await db
    .selectFrom('saved_view')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', 'in', [...page.rows])
    .execute();
  return fillPage(page, rows.map(fromRow), ({ id }) => id);
}

/** A view; null when there is none of that id that the person sees. */
export async function findView(db: Db | Tx, org: OrgId, userId: UserId, id: string): Promise<SavedView | null> {
  const { rows } = await sql<Selectable<SavedViewTable>>`
    select v.* from saved_view v where v.organization_id = ${org} and v.id = ${id} and ${seenBy(userId)}`.execute(db);
  return rows[0] === undefined ? null : fromRow(rows[0]);
}

const columnsOf = (values: ViewValues, now: Date) => ({
  name: values.name,
  icon: values.icon,
  filters: JSON.stringify(values.filters),
  columns: [...values.columns],
  grouping: values.grouping,
  sort: values.sort,
  notifies: values.notifies,
  visibility: values.visibility,
  team_id: values.teamId,
  updated_at: now,
});

export async function createView(tx: Tx, org: OrgId, ownerId: UserId, values: ViewValues, now: Date): Promise<SavedView> {
  const id = newId('V');
  await tx
    .insertInto('saved_view')
    .values({ organization_id: org, id, owner_id: ownerId, created_at: now, ...columnsOf(values, now) })
    .execute();
  return { id, ownerId, ...values };
}

export async function updateView(tx: Tx, org: OrgId, view: SavedView, now: Date): Promise<SavedView> {
  await tx
    .updateTable('saved_view')
    .set(columnsOf(view, now))
    .where('organization_id', '=', org)
    .where('id', '=', view.id)
    .execute();
  return view;
}

export async function deleteView(tx: Tx, org: OrgId, id: string): Promise<void> {
  await tx.deleteFrom('saved_view').where('organization_id', '=', org).where('id', '=', id).execute();
}

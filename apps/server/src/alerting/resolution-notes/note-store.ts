import { type Selectable, sql } from 'kysely';
import { ofVisibleGroup, type Viewer } from '../../access/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { listTable, type Page, type Window } from '../../platform/db/page.ts';
import type { AlertGroup, AlertGroupId, OrgId, UserId } from '../alert-group.ts';
import type { ResolutionNoteTable } from '../tables.ts';

export type NoteSource = 'Slack' | 'Web' | 'Mobile App';

export type ResolutionNote = {
  organizationId: OrgId;
  id: string;
  alertGroupId: AlertGroupId;
  /** Null for service accounts. */
  authorId: UserId | null;
  source: NoteSource;
  /** Where it was made in words of our own, such as `web` or `api`; `source` is what clients compare. */
  origin: string;
  text: string;
  createdAt: Date;
};

const noteFromRow = (row: Selectable<ResolutionNoteTable>): ResolutionNote => ({
  organizationId: row.organization_id,
  id: row.id,
  alertGroupId: row.alert_group_id,
  authorId: row.author_id,
  source: row.source,
  origin: row.origin,
  text: row.text,
  createdAt: row.created_at,
});

export async function insertNote(tx: Tx, note: ResolutionNote): Promise<void> {
  await tx
    .insertInto('resolution_note')
    .values({
      organization_id: note.organizationId,
      id: note.id,
      alert_group_id: note.alertGroupId,
      author_id: note.authorId,
      source: note.source,
      origin: note.origin,
      text: note.text,
      created_at: note.createdAt,
    })
    .execute();
}

/** The notes of some groups that have not been deleted, oldest first. */
export async function notesOfGroups(db: Db | Tx, org: OrgId, groupIds: readonly AlertGroupId[]): Promise<ResolutionNote[]> {
  if (groupIds.length === 0) return [];
  const query = db.selectFrom('resolution_note').selectAll().where('organization_id', '=', org).where('deleted_at', 'is', null);
  const rows = await query
    .where('alert_group_id', 'in', [...groupIds])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(noteFromRow);
}

/** A note that has not been deleted; null when there is none. */
export async function findNote(db: Db | Tx, org: OrgId, id: string): Promise<ResolutionNote | null> {
  const query = db.selectFrom('resolution_note').selectAll().where('organization_id', '=', org).where('id', '=', id);
  const row = await query.where('deleted_at', 'is', null).executeTakeFirst();
  return row === undefined ? null : noteFromRow(row);
}

/** Notes that have not been deleted: those of the newest groups first, within a group in the order they were made. */
export async function listNotes(
  db: Db,
  org: OrgId,
  filter: { alertGroupId?: AlertGroupId; visibleTo?: Viewer },
  window: Window,
): Promise<Page<ResolutionNote>> {
  const where = [sql`n.organization_id = ${org}`, sql`n.deleted_at is null`];
  if (filter.alertGroupId !== undefined) where.push(sql`n.alert_group_id = ${filter.alertGroupId}`);
  if (filter.visibleTo !== undefined) {
    where.push(ofVisibleGroup(filter.visibleTo, org, { id: sql`g.id`, integrationId: sql`g.integration_id` }));
  }
  const page = {
    from: sql`resolution_note n join alert_group g on g.organization_id = n.organization_id and g.id = n.alert_group_id`,
    ...(filter.visibleTo === undefined && { countedFrom: sql`resolution_note n` }),
    id: sql`n.id`,
    keys: [
      { column: sql`g.started_at`, type: 'timestamptz' as const },
      { column: sql`n.alert_group_id`, type: 'text' as const },
      { column: sql`n.created_at`, type: 'timestamptz' as const },
      { column: sql`n.id`, type: 'text' as const },
    ],
    direction: 'desc' as const,
  };
  return listTable(db, { table: 'resolution_note', org, where, page, fromRow: noteFromRow }, window);
}

export async function notesOfGroup(db: Db | Tx, org: OrgId, id: AlertGroupId): Promise<ResolutionNote[]> {
  const rows = await db
    .selectFrom('resolution_note')
    .selectAll()
    .where('organization_id', '=', org)
    .where('alert_group_id', '=', id)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(noteFromRow);
}

export async function saveNoteText(tx: Tx, note: ResolutionNote): Promise<void> {
  await tx
    .updateTable('resolution_note')
    .set({ text: note.text })
    .where('organization_id', '=', note.organizationId)
    .where('id', '=', note.id)
    .execute();
}

/** Marks a note as deleted. @returns false when there is none, or it is deleted already */
export async function markNoteDeleted(db: Db | Tx, org: OrgId, id: string, now: Date): Promise<boolean> {
  const result = await db
    .updateTable('resolution_note')
    .set({ deleted_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Whether the organization wants a note before a group is resolved and this one has none. */
export async function isNoteMissing(tx: Tx, group: AlertGroup): Promise<boolean> {
  const { rows } = await sql<{ missing: boolean }>`
    select o.is_resolution_note_required and not exists (
      select from resolution_note n where n.organization_id = o.id and n.alert_group_id = ${group.id} and n.deleted_at is null) as missing
    from organization o where o.id = ${group.organizationId}`.execute(tx);
  return rows[0]?.missing ?? false;
}

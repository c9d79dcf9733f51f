import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { prepared } from '../../platform/db/prepared.ts';
import type { Person, PersonalRule } from './person.ts';

export type UserRef = { organizationId: string; userId: string };

/** People by organization, then by id. */
export type People = ReadonlyMap<string, ReadonlyMap<string, Person>>;

export const NO_PEOPLE: ReadonlyMap<string, Person> = new Map();

type Row = {
  organization_id: string;
  id: string;
  username: string;
  is_active: boolean;
  may_be_notified: boolean;
  rules: (PersonalRule & { important: boolean })[] | null;
};

/** Reads users with their rules as they are now, the inactive ones too, one statement for all. */
export async function loadPeople(db: Db | Tx, refs: readonly UserRef[]): Promise<People> {
  const unique = [...new Map(refs.map((ref) => [`${ref.organizationId} ${ref.userId}`, ref])).values()];
  const people = new Map<string, Map<string, Person>>();
  if (unique.length === 0) return people;
  const { rows } = await prepared(sql<Row>`
    select u.organization_id, u.id, u.username, u.is_active, u.may_be_notified, (
        select json_agg(json_build_object('id', r.id, 'position', r.position, 'type', r.type, 'waitSeconds', r.wait_seconds, 'important', r.important)
                        order by r.position)
        from notification_rule r where r.organization_id = u.organization_id and r.user_id = u.id) as rules
    from unnest(${unique.map((ref) => ref.organizationId)}::text[], ${unique.map((ref) => ref.userId)}::text[]) as wanted (organization_id, id)
    join users u using (organization_id, id)`).execute(db);
  for (const row of rows) {
    const ofOrg = people.get(row.organization_id) ?? new Map<string, Person>();
    people.set(row.organization_id, ofOrg);
    const rules = row.rules ?? [];
    ofOrg.set(row.id, {
      organizationId: row.organization_id,
      id: row.id,
      username: row.username,
      isActive: row.is_active,
      mayBeNotified: row.may_be_notified,
      defaultRules: rules.filter((rule) => !rule.important),
      importantRules: rules.filter((rule) => rule.important),
    });
  }
  return people;
}

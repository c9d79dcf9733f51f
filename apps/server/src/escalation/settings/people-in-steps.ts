import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';

/** A step of a chain that names somebody. */
export interface StepUse {
  readonly stepId: string;
  readonly chainId: string;
  readonly chainName: string;
  readonly position: number;
  /** Whether it names nobody else who is active. */
  readonly isOnlyOne: boolean;
}

/** The steps that notify a person by name. */
export async function stepsNaming(db: Db | Tx, org: string, userId: string): Promise<StepUse[]> {
  const { rows } = await sql<StepUse>`
    select s.id as "stepId", c.id as "chainId", c.name as "chainName", s.position,
           not exists (select from users u where u.organization_id = s.organization_id and u.id = any(s.user_ids)
                       and u.id <> ${userId} and u.is_active) as "isOnlyOne"
    from escalation_step s
    join escalation_chain c on c.organization_id = s.organization_id and c.id = s.escalation_chain_id
    where s.organization_id = ${org} and ${userId} = any(s.user_ids)
    order by c.name, c.id, s.position`.execute(db);
  return rows;
}

/** Whom a chain names, people or what stands for people. */
export interface ChainRecipients {
  readonly id: string;
  readonly name: string;
  readonly userIds: readonly string[];
  readonly scheduleIds: readonly string[];
  readonly teamIds: readonly string[];
}

/** Whom each chain of an organization may notify. */
export async function recipientsOfChains(db: Db | Tx, org: string): Promise<ChainRecipients[]> {
  const { rows } = await sql<ChainRecipients>`
    select c.id, c.name,
           coalesce((select array_agg(distinct named) from escalation_step s, unnest(s.user_ids) as named
                     where s.organization_id = c.organization_id and s.escalation_chain_id = c.id), '{}') as "userIds",
           coalesce(array_agg(distinct s.schedule_id) filter (where s.schedule_id is not null), '{}') as "scheduleIds",
           coalesce(array_agg(distinct s.team_id) filter (where s.team_id is not null), '{}') as "teamIds"
    from escalation_chain c
    left join escalation_step s on s.organization_id = c.organization_id and s.escalation_chain_id = c.id
    where c.organization_id = ${org}
    group by c.organization_id, c.id, c.name
    order by c.name, c.id`.execute(db);
  return rows;
}

/** Puts another person in the place of one in all steps, or takes that one out. */
export async function replaceInSteps(tx: Tx, org: string, userId: string, replacementId: string | null): Promise<void> {
  // A step that names both keeps the replacement once, in the first of the two places.
  await sql`
    update escalation_step s set user_ids = array(
      select id from (
        select distinct on (id) id, place from (
          select case when named = ${userId} then ${replacementId}::text else named end as id, place
          from unnest(s.user_ids) with ordinality as listed (named, place)
        ) replaced where id is not null order by id, place
      ) kept order by place)
    where s.organization_id = ${org} and ${userId} = any(s.user_ids)`.execute(tx);
}

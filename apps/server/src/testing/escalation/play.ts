import { sql } from 'kysely';
import { attach, unattach } from '../../alerting/index.ts';
import { deleteChain, pageUsers, unpageUser } from '../../escalation/index.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import { BEGINS, endOf, onCallAt, type Scenario, type ScenarioEvent } from './scenario.ts';
import { type EscalationWorld, ORG } from './world.ts';

/** What a scenario made: ids of the groups by number (the first is at 0), of chains and routes by name. */
export type Played = { groups: string[]; chains: Map<string, string> };

/** Plays a scenario in a world that has been reset, from its beginning to its end. */
export async function play(world: EscalationWorld, scenario: Scenario): Promise<Played> {
  await world.reset(scenario.begins ?? BEGINS);
  for (const [name, spec] of Object.entries(scenario.people)) await world.person(name, spec);
  for (const [name, members] of Object.entries(scenario.teams ?? {})) await world.team(name, members);
  for (const name of Object.keys(scenario.schedules ?? {})) {
    world.schedules.set(name, (now) => onCallAt(scenario, name, world.seconds(now)) ?? []);
  }
  const played: Played = { groups: [], chains: new Map() };
  const routes = new Map<string | null, string>();
  for (const [name, steps] of Object.entries(scenario.chains)) {
    const id = await world.chain(steps);
    played.chains.set(name, id);
    routes.set(name, await world.route(id));
    const last = scenario.lastTurn?.[name];
    if (last !== undefined) {
      await sql`update escalation_step set round_robin_last_user_id = ${world.userId(last)}
        where organization_id = ${ORG} and escalation_chain_id = ${id} and type = 'notify_person_next_each_time'`.execute(
        world.db,
      );
    }
  }
  routes.set(null, await world.route(null));
  for (const event of [...scenario.events].sort((a, b) => a.at - b.at)) {
    if (world.seconds() <= event.at) await world.runUntil(event.at);
    await happen(world, played, routes, event);
  }
  await world.runUntil(endOf(scenario));
  return played;
}

async function happen(
  world: EscalationWorld,
  played: Played,
  routes: ReadonlyMap<string | null, string>,
  event: ScenarioEvent,
): Promise<void> {
  const group = (number: number): string => played.groups[number - 1] ?? '';
  const actor = (name: string) => ({ type: 'user' as const, userId: world.userId(name), via: 4 as const });
  switch (event.do) {
    case 'alert': {
      const id = await world.alert(routes.get(event.chain) ?? null, event.key);
      if (!played.groups.includes(id)) played.groups.push(id);
      return;
    }
    case 'source':
      await world.signal(group(event.group), event.signal);
      return;
    case 'attach':
      await attach(world.deps, ORG, group(event.group), group(event.root), actor(event.by));
      return;
    case 'unattach':
      await unattach(world.deps, ORG, group(event.group), actor(event.by));
      return;
    case 'page':
      await pageUsers(
        world.deps,
        ORG,
        group(event.group),
        [{ userId: world.userId(event.user), important: event.important }],
        actor(event.by),
      );
      return;
    case 'unpage':
      await unpageUser(world.deps, ORG, group(event.group), world.userId(event.user), actor(event.by));
      return;
    case 'delete_rule':
      await sql`delete from notification_rule where id = (
        select id from notification_rule where organization_id = ${ORG} and user_id = ${world.userId(event.user)} and important = ${event.important}
        order by position offset ${event.index} limit 1)`.execute(world.db);
      return;
    case 'steps':
      await world.setSteps(played.chains.get(event.chain) ?? '', event.steps);
      return;
    case 'delete_chain':
      await inTransaction(world.db, (tx) => deleteChain(tx, ORG, played.chains.get(event.chain) ?? ''));
      return;
    case 'delete_team':
      world.teams.delete(event.team);
      await sql`update escalation_step set team_id = null where organization_id = ${ORG} and team_id = ${event.team}`.execute(
        world.db,
      );
      await sql`delete from team where organization_id = ${ORG} and id = ${event.team}`.execute(world.db);
      return;
    case 'deactivate':
      await sql`update users set is_active = false where organization_id = ${ORG} and id = ${world.userId(event.user)}`.execute(
        world.db,
      );
      return;
    case 'mode':
      await sql`update integration set maintenance_mode = ${event.mode}`.execute(world.db);
      return;
    case 'down':
      world.clock.advance({ seconds: event.until - world.seconds() });
      return;
    case 'silence':
      await world.act(group(event.group), { do: 'silence', seconds: event.seconds }, event.by);
      return;
    default:
      await world.act(group(event.group), { do: event.do }, event.by);
  }
}

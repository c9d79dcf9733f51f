import { Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import { createChain, deleteChain, type EscalationChain, findChain, listChains, updateChain } from '../../../escalation/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { conflictOfFields } from '../conventions/api-error.ts';
import { text } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import type { Resource } from '../conventions/resource.ts';
import { checkTeam, readTeamFilter, TeamIdSchema, teamField } from '../conventions/team-field.ts';

const fields = { name: text({ max: 100 }), team_id: teamField };

export const ChainSchema = Type.Object({ id: Type.String(), name: Type.String(), team_id: TeamIdSchema });

export const presentChain = (chain: EscalationChain) => ({ id: chain.id, name: chain.name, team_id: chain.teamId });

export const CHAIN_UNIQUES = {
  escalation_chain_organization_id_name_key: conflictOfFields('The fields organization, name must make a unique set.'),
};

export const chainsResource = ({ clock }: { clock: Clock }): Resource<EscalationChain, typeof fields, 'name'> => ({
  path: 'escalation_chains',
  name: 'escalation chain',
  read: 'escalation-chains:read',
  write: 'escalation-chains:write',
  pageSize: 50,
  item: ChainSchema,
  filters: { name: Type.Optional(Type.String()), team_id: Type.Optional(Type.String()) },
  fields,
  required: { create: ['name'], put: ['name'] },
  uniques: CHAIN_UNIQUES,
  async list(db, caller, query, window) {
    const name = single(query.name);
    const teamId = await readTeamFilter(db, caller, query);
    return listChains(
      db,
      caller.org,
      { ...(name === undefined ? {} : { name }), ...(teamId === undefined ? {} : { teamId }), ...visibleTo(caller) },
      window,
    );
  },
  get: (db, caller, id) => findChain(db, caller.org, id),
  present: (_db, _caller, rows) => rows.map(presentChain),
  async create(tx, caller, body) {
    await checkTeam(tx, caller, body.team_id);
    return createChain(tx, caller.org, { name: body.name, teamId: body.team_id ?? null }, clock.now());
  },
  async update(tx, caller, chain, body) {
    await checkTeam(tx, caller, body.team_id);
    return updateChain(tx, caller.org, {
      id: chain.id,
      name: body.name ?? chain.name,
      teamId: body.team_id === undefined ? chain.teamId : body.team_id,
    });
  },
  remove: (tx, caller, chain) => deleteChain(tx, caller.org, chain.id),
});

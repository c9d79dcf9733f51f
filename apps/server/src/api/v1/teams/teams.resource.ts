import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import { createTeam, deleteTeam, findTeam, listTeams, setTeamMembers, type Team, updateTeam } from '../../../users/index.ts';
import { fieldErrors } from '../conventions/api-error.ts';
import { idList, nullable, text } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import type { Resource } from '../conventions/resource.ts';

const fields = { name: text({ max: 190 }), email: nullable(text({ max: 254, blank: true })), members: idList() };

const TeamSchema = Type.Object({
  id: Type.String(),
  grafana_id: Type.Integer(),
  name: Type.String(),
  email: Type.Union([Type.String(), Type.Null()]),
  avatar_url: Type.String(),
});

/** Teams (http-api-oncall.md 2). Members are written here and read as `teams` of users. */
export const teamsResource = ({ clock }: { clock: Clock }): Resource<Team, typeof fields, 'name'> => ({
  path: 'teams',
  name: 'team',
  read: 'user-settings:read',
  write: 'teams:write',
  pageSize: 50,
  item: TeamSchema,
  filters: { name: Type.Optional(Type.String()) },
  fields,
  required: { create: ['name'] },
  uniques: { team_name_key: fieldErrors({ name: ['A team with this name already exists.'] }) },
  list(db, caller, query, window) {
    const name = single(query.name) || undefined;
    return listTeams(db, caller.org, name === undefined ? {} : { name }, window);
  },
  get: (db, caller, id) => findTeam(db, caller.org, id),
  present: (_db, _caller, rows) =>
    rows.map((team) => ({
      id: team.id,
      grafana_id: team.grafanaId,
      name: team.name,
      email: team.email,
      avatar_url: team.avatarUrl ?? `/avatar/${team.id}`,
    })),
  async create(tx, caller, body) {
    const team = await createTeam(tx, caller.org, { name: body.name, email: body.email || null }, clock.now());
    if (body.members !== undefined) await setTeamMembers(tx, caller.org, team.id, body.members);
    return team;
  },
  async update(tx, caller, team, body) {
    const email = body.email === undefined ? team.email : body.email || null;
    const changed = await updateTeam(tx, caller.org, { ...team, name: body.name ?? team.name, email });
    if (body.members !== undefined) await setTeamMembers(tx, caller.org, team.id, body.members);
    return changed;
  },
  remove: (tx, caller, team) => deleteTeam(tx, caller.org, team.id),
});

import { Type } from 'typebox';
import { isOrganizationAdmin } from '../../../access/index.ts';
import {
  createView,
  deleteView,
  findView,
  listViews,
  type SavedView,
  updateView,
  VIEW_VISIBILITIES,
  type ViewVisibility,
} from '../../../alerting/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { fieldErrors, forbidden } from '../conventions/api-error.ts';
import { type Caller, personOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { boolean, custom, Invalid, idList, nullable, object, text } from '../conventions/fields.ts';
import type { Resource } from '../conventions/resource.ts';
import { checkTeam, TeamIdSchema, teamField } from '../conventions/team-field.ts';
import { groupFilterParameters } from './group-filters.ts';

/** Characters of a view's filters as JSON. */
const LONGEST_FILTERS = 10_000;
const MOST_COLUMNS = 50;

const visibility = custom<ViewVisibility>(Type.Union(VIEW_VISIBILITIES.map((each) => Type.Literal(each))), (raw) => {
  const found = VIEW_VISIBILITIES.find((each) => each === raw);
  if (found === undefined) throw new Invalid([`"${String(raw)}" is not a valid choice.`]);
  return found;
});

const filters = custom<Readonly<Record<string, unknown>>>(
  Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]), {
    description: 'Parameters of the list of alert groups.',
  }),
  (raw) => {
    const given = object().read(raw);
    if (JSON.stringify(given).length > LONGEST_FILTERS)
      throw new Invalid([`Ensure this field has no more than ${LONGEST_FILTERS} characters.`]);
    for (const [name, value] of Object.entries(given)) {
      if (!Object.hasOwn(groupFilterParameters, name)) throw new Invalid([`"${name}" is not a filter.`]);
      const isText = typeof value === 'string' || (Array.isArray(value) && value.every((each) => typeof each === 'string'));
      if (!isText) throw new Invalid([`"${name}" must be a text or a list of texts.`]);
    }
    return given;
  },
);

const columns = custom<readonly string[]>(Type.Array(Type.String(), { maxItems: MOST_COLUMNS }), (raw) => {
  const given = idList().read(raw);
  if (given.length > MOST_COLUMNS) throw new Invalid([`Ensure this field has no more than ${MOST_COLUMNS} elements.`]);
  return given.map((name) => text({ max: 100 }).read(name));
});

const fields = {
  name: text({ max: 100 }),
  icon: nullable(text({ max: 50 })),
  filters,
  columns,
  grouping: nullable(text({ max: 100 })),
  sort: nullable(text({ max: 100 })),
  notifies: boolean(),
  visibility,
  team_id: teamField,
};

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const ViewSchema = named(
  'SavedView',
  Type.Object({
    id: Type.String(),
    owner_id: Type.String(),
    name: Type.String(),
    icon: TextOrNull,
    filters: filters.schema,
    columns: Type.Array(Type.String()),
    grouping: TextOrNull,
    sort: TextOrNull,
    notifies: Type.Boolean({ description: 'New firing alert groups make a sound, or a notification of the browser.' }),
    visibility: visibility.schema,
    team_id: TeamIdSchema,
    is_own: Type.Boolean(),
  }),
);

/** Views of the list of alert groups that people keep for themselves, a team or all (web-ui.md 5.2). */
export const savedViewsResource = ({ clock }: { clock: Clock }): Resource<SavedView, typeof fields, 'name'> => ({
  path: 'saved_views',
  name: 'saved view',
  read: 'alert-groups:read',
  write: 'alert-groups:read',
  usersOnly: true,
  pageSize: 100,
  item: ViewSchema,
  fields,
  required: { create: ['name'], put: ['name'] },
  list: (db, caller, _query, window) => listViews(db, caller.org, personOf(caller), window),
  get: (db, caller, id) => findView(db, caller.org, personOf(caller), id),
  present: (_db, caller, rows) =>
    rows.map((view) => ({
      id: view.id,
      owner_id: view.ownerId,
      name: view.name,
      icon: view.icon,
      filters: view.filters,
      columns: view.columns,
      grouping: view.grouping,
      sort: view.sort,
      notifies: view.notifies,
      visibility: view.visibility,
      team_id: view.teamId,
      is_own: view.ownerId === caller.userId,
    })),
  async create(tx, caller, body) {
    await checkTeam(tx, caller, body.team_id);
    const values = {
      name: body.name,
      icon: body.icon ?? null,
      filters: body.filters ?? {},
      columns: body.columns ?? [],
      grouping: body.grouping ?? null,
      sort: body.sort ?? null,
      notifies: body.notifies ?? false,
      ...sharing(body.visibility ?? 'private', body.team_id ?? null),
    };
    return createView(tx, caller.org, personOf(caller), values, clock.now());
  },
  async update(tx, caller, view, body) {
    checkMayChange(caller, view);
    await checkTeam(tx, caller, body.team_id);
    const changed: SavedView = {
      ...view,
      name: body.name ?? view.name,
      icon: body.icon === undefined ? view.icon : body.icon,
      filters: body.filters ?? view.filters,
      columns: body.columns ?? view.columns,
      grouping: body.grouping === undefined ? view.grouping : body.grouping,
      sort: body.sort === undefined ? view.sort : body.sort,
      notifies: body.notifies ?? view.notifies,
      ...sharing(body.visibility ?? view.visibility, body.team_id === undefined ? view.teamId : body.team_id),
    };
    return updateView(tx, caller.org, changed, clock.now());
  },
  async remove(tx, caller, view) {
    checkMayChange(caller, view);
    await deleteView(tx, caller.org, view.id);
  },
});

/** A team stands at a view that a team shares, and at no other. */
function sharing(of: ViewVisibility, teamId: string | null): Pick<SavedView, 'visibility' | 'teamId'> {
  if (of === 'team' && teamId === null) throw fieldErrors({ team_id: ['This field is required.'] });
  return { visibility: of, teamId: of === 'team' ? teamId : null };
}

/** A shared view is changed by its owner or an admin; others save it as their own. */
function checkMayChange(caller: Caller, view: SavedView): void {
  if (view.ownerId !== caller.userId && !isOrganizationAdmin(caller)) throw forbidden();
}

import { type RawBuilder, sql } from 'kysely';
import type { Caller } from './caller.ts';

/** Somebody who does not see every team's resources (access.md 4.1). */
export interface Viewer {
  /** Teams whose resources they see, besides those without a team. */
  readonly teamIds: readonly string[];
  /** The person, who sees the alert groups that paged them. */
  readonly userId: string | null;
}

/** As whom a caller looks at resources of teams; undefined where all are visible. */
export const viewerOf = ({ visibility, userId }: Caller): Viewer | undefined =>
  visibility === 'all' ? undefined : { teamIds: visibility, userId };

/** The same as a part of a list's filter. */
export function visibleTo(caller: Caller): { visibleTo?: Viewer } {
  const viewer = viewerOf(caller);
  return viewer === undefined ? {} : { visibleTo: viewer };
}

/** Whether the team in `column` is one that the viewer sees; null counts as visible. */
export const inVisibleTeam = (viewer: Viewer, column: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`(${column} is null or ${column} = any(${[...viewer.teamIds]}::text[]))`;

/** Whether the integration with the id in `column` is visible. */
const ofVisibleIntegration = (viewer: Viewer, org: string, column: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`${column} in (
    select vi.id from integration vi where vi.organization_id = ${org} and ${inVisibleTeam(viewer, sql`vi.team_id`)})`;

/**
 * Whether an alert group is visible: its integration's team is, or the group has paged the viewer, whom nothing may keep from what they
 * were woken for (access.md 17.12).
 * @param group columns with the ids of the group and of its integration
 */
export function ofVisibleGroup(
  viewer: Viewer,
  org: string,
  group: { readonly id: RawBuilder<unknown>; readonly integrationId: RawBuilder<unknown> },
): RawBuilder<boolean> {
  const byTeam = ofVisibleIntegration(viewer, org, group.integrationId);
  if (viewer.userId === null) return byTeam;
  return sql<boolean>`(${byTeam} or exists (
    select from personal_run vp where vp.organization_id = ${org} and vp.alert_group_id = ${group.id} and vp.user_id = ${viewer.userId}))`;
}

/** Whether the team in `column` is this one; null: none. As an equality, which an index answers. */
export const ofTeam = (teamId: string | null, column: RawBuilder<unknown>): RawBuilder<boolean> =>
  teamId === null ? sql<boolean>`${column} is null` : sql<boolean>`${column} = ${teamId}`;

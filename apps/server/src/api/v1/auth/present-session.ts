import { Type } from 'typebox';
import {
  can,
  endOfSession,
  findViewedRole,
  PROOF_LASTS_MS,
  readOrganizationSettings,
  readPolicy,
  type Session,
  viewerOf,
} from '../../../access/index.ts';
import { type OnBroken, onCallUntil } from '../../../schedules/index.ts';
import { findUser, teamsOfUsers } from '../../../users/index.ts';
import { notFound } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { reaches } from '../readiness/reach.ts';
import { presentSettings, SettingsSchema } from '../users/organization-settings.routes.ts';
import type { AuthDeps } from './auth-context.ts';
import { ViewedRoleSchema } from './view-as.routes.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** What the web UI needs for its first paint. */
export const SessionSchema = named(
  'Session',
  Type.Object({
    user: Type.Object({
      id: Type.String(),
      grafana_id: Type.Integer(),
      username: Type.String(),
      email: Type.String(),
      name: Type.String(),
      role: Type.String({ description: '`admin`, `editor`, `viewer` or `none`.' }),
      timezone: Nullable(Type.String()),
      avatar_url: Nullable(Type.String()),
      teams: Type.Array(Type.String(), { description: 'Ids.' }),
    }),
    permissions: Type.Array(Type.String({ description: 'Without prefix: `alert-groups:read`.' })),
    csrf_token: Type.String({ description: 'To be sent as `X-CSRF-Token` with everything but GET.' }),
    features: Type.Array(Type.String()),
    organization: SettingsSchema,
    maintenance_message: { ...Nullable(Type.String()), description: 'For everybody, as the operator has set it.' },
    session: Type.Object({
      id: Type.String(),
      created_at: Type.String(),
      expires_at: Type.String(),
      method: Type.String(),
      second_factor: Type.Boolean(),
      proof_until: Type.String({ description: 'From then on, sensitive actions ask who you are.' }),
    }),
    viewing_as: {
      ...Nullable(ViewedRoleSchema),
      description: 'The role whose rights the permissions are; nothing can be changed until one stops.',
    },
    is_reachable: {
      ...Nullable(Type.Boolean()),
      description: 'Whether a page would reach the person by any channel of their rules; null: nobody pages them in their role.',
    },
    on_call: Type.Array(
      Type.Object({
        schedule_id: Type.String(),
        name: Type.String(),
        until: Type.String({ description: 'The end of the last of the turns that follow one another without a gap.' }),
      }),
      { description: 'Schedules that have the person on call now.' },
    ),
    second_factor_required: Type.Boolean({ description: 'The organization asks this person to set one up.' }),
  }),
);

export type SessionDeps = AuthDeps & { readonly onBrokenSchedule: OnBroken };

/** Everything about the person, the session and the organization in one answer (access.md 7.6). */
export async function presentSession(
  { db, auth, clock, onBrokenSchedule }: SessionDeps,
  caller: Caller,
  session: Session,
  secondFactorRequired: boolean,
) {
  const { org } = caller;
  const { viewedRole } = session;
  const [user, teams, policy, settings, viewed, reached, onCall] = await Promise.all([
    findUser(db, org, session.userId),
    teamsOfUsers(db, org, [session.userId]),
    readPolicy(db, org),
    readOrganizationSettings(db, org),
    viewedRole === null ? null : findViewedRole(db, org, viewedRole),
    reaches(db, org, session.userId, auth.features),
    can(caller, 'schedules:read') ? onCallUntil(db, org, session.userId, clock.now(), viewerOf(caller), onBrokenSchedule) : [],
  ]);
  if (user === null) throw notFound();
  return {
    user: {
      id: user.id,
      grafana_id: user.grafanaId,
      username: user.username,
      email: user.email,
      name: user.name,
      role: user.role,
      timezone: user.timezone,
      avatar_url: user.avatarUrl,
      teams: teams.get(user.id) ?? [],
    },
    permissions: [...caller.permissions],
    csrf_token: session.csrfToken,
    features: auth.features,
    organization: await presentSettings(db, org, settings),
    maintenance_message: auth.maintenanceMessage,
    session: {
      id: session.id,
      created_at: session.createdAt.toISOString(),
      expires_at: endOfSession(session, policy).toISOString(),
      method: session.method,
      second_factor: session.secondFactor,
      proof_until: new Date(session.provedAt.getTime() + PROOF_LASTS_MS).toISOString(),
    },
    viewing_as: viewedRole === null ? null : { id: viewedRole, name: viewed?.name ?? 'a role that is gone' },
    is_reachable: reached,
    on_call: onCall.map(({ scheduleId, scheduleName, until }) => ({ schedule_id: scheduleId, name: scheduleName, until })),
    second_factor_required: secondFactorRequired,
  };
}

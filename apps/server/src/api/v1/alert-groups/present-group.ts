import { Type } from 'typebox';
import { type Alert, type GroupState, type ListedGroup, loadAlerts } from '../../../alerting/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { RawJson } from '../../../platform/raw-json.ts';
import { named } from '../conventions/describe.ts';
import { apiTime, apiTimeOrNull } from '../conventions/times.ts';

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const NamedId = Type.Object({ id: Type.String(), name: Type.String() });

export const AlertSchema = named(
  'Alert',
  Type.Object({
    id: Type.String(),
    alert_group_id: Type.String(),
    created_at: Type.String(),
    payload: Type.Unknown({ description: 'The body as it was received; `{}` after a wipe.' }),
  }),
);

export const AlertGroupSchema = named(
  'AlertGroup',
  Type.Object({
    id: Type.String(),
    integration_id: Type.String(),
    team_id: TextOrNull,
    route_id: TextOrNull,
    alerts_count: Type.Integer(),
    state: Type.Union([Type.Literal('firing'), Type.Literal('acknowledged'), Type.Literal('silenced'), Type.Literal('resolved')]),
    created_at: Type.String(),
    resolved_at: TextOrNull,
    resolved_by: TextOrNull,
    acknowledged_at: TextOrNull,
    acknowledged_by: TextOrNull,
    labels: Type.Array(Type.Object({ key: NamedId, value: NamedId })),
    title: TextOrNull,
    permalinks: Type.Object({ slack: TextOrNull, slack_app: TextOrNull, telegram: TextOrNull, web: Type.String() }),
    silenced_at: TextOrNull,
    silenced_until: TextOrNull,
    last_alert: Type.Union([AlertSchema, Type.Null()]),
    alert_group_number: Type.Integer(),
    root_alert_group_id: TextOrNull,
    dependent_alert_group_ids: Type.Array(Type.String()),
  }),
);

export const presentAlert = (alert: Alert): unknown => ({
  id: alert.id,
  alert_group_id: alert.alertGroupId,
  created_at: apiTime(alert.createdAt),
  payload: new RawJson(alert.payload),
});

/** Address of a group in the web UI. */
export const groupLink = (baseUrl: string, id: string): string => `${baseUrl}/alert-groups/${id}`;

/** @param withLastAlert false: `last_alert` is null, and no payload is read */
export async function presentGroups(
  db: Db | Tx,
  org: string,
  groups: readonly ListedGroup[],
  baseUrl: string,
  { withLastAlert = true }: { withLastAlert?: boolean } = {},
): Promise<unknown[]> {
  const lastIds = withLastAlert ? groups.flatMap((group) => (group.lastAlertId === null ? [] : [group.lastAlertId])) : [];
  const alerts = lastIds.length === 0 ? [] : await loadAlerts(db, org, lastIds);
  const alertById = new Map(alerts.map((alert) => [alert.id, alert]));
  return groups.map((group) => {
    const last = group.lastAlertId === null ? undefined : alertById.get(group.lastAlertId);
    return {
      id: group.id,
      integration_id: group.integrationId,
      team_id: group.teamId,
      route_id: group.hasRoute ? group.routeId : null,
      alerts_count: group.alertsCount,
      state: group.state.kind,
      created_at: apiTime(group.startedAt),
      ...presentState(group.state),
      labels: Object.entries(group.labels).map(([key, value]) => ({
        key: { id: key, name: key },
        value: { id: value, name: value },
      })),
      title: group.title,
      permalinks: { slack: null, slack_app: null, telegram: null, web: groupLink(baseUrl, group.id) },
      last_alert: last === undefined ? null : presentAlert(last),
      alert_group_number: group.number,
      root_alert_group_id: group.rootId,
      dependent_alert_group_ids: group.attachedIds,
    };
  });
}

function presentState(state: GroupState): Record<string, unknown> {
  const acknowledged = state.kind === 'acknowledged' || state.kind === 'resolved' ? state.acknowledged : null;
  const resolved = state.kind === 'resolved' ? state.resolved : null;
  const silenced = state.kind === 'silenced' ? state.silenced : null;
  return {
    resolved_at: apiTimeOrNull(resolved?.at ?? null),
    resolved_by: resolved?.userId ?? null,
    acknowledged_at: apiTimeOrNull(acknowledged?.at ?? null),
    acknowledged_by: acknowledged?.userId ?? null,
    silenced_at: apiTimeOrNull(silenced?.at ?? null),
    silenced_until: apiTimeOrNull(silenced?.until ?? null),
  };
}

/** Shapes of the API that several pages use; those without a name in its description stand here, each with its endpoint. */
export type {
  EscalationChain,
  Integration,
  OrganizationSettings,
  ResolutionNote,
  Schedule,
  SignInPolicy,
  Team,
  Webhook,
  WebhookResponse,
  WebhookTest,
} from './schema.js';

export type GroupState = 'firing' | 'acknowledged' | 'silenced' | 'resolved';
export type Label = { key: { id: string; name: string }; value: { id: string; name: string } };

/** `GET /alerts/{id}` */
export type Alert = { id: string; alert_group_id: string; created_at: string; payload: unknown };

/** `GET /alert_groups/{id}` */
export type AlertGroup = {
  id: string;
  integration_id: string;
  team_id: string | null;
  route_id: string | null;
  alerts_count: number;
  state: GroupState;
  created_at: string;
  resolved_at: string | null;
  resolved_by: string | null;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
  labels: Label[];
  title: string | null;
  permalinks: { slack: string | null; slack_app: string | null; telegram: string | null; web: string };
  silenced_at: string | null;
  silenced_until: string | null;
  last_alert: Alert | null;
  alert_group_number: number;
  root_alert_group_id: string | null;
  dependent_alert_group_ids: string[];
};

/** `GET /users/{id}`; the last three are missing from short lists. */
export type User = {
  id: string;
  grafana_id: number;
  email: string;
  username: string;
  name?: string | null;
  role: string;
  is_phone_number_verified: boolean;
  slack?: { user_id: string; team_id: string } | null;
  timezone?: string | null;
  teams?: string[];
};

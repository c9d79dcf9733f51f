import {
  Bell,
  CalendarDays,
  ChartNoAxesColumn,
  House,
  Plug,
  Settings,
  ShieldCheck,
  Users,
  Waypoints,
  Webhook,
  Workflow,
} from 'lucide-react';
import type { ComponentType } from 'react';

export type NavigationEntry = {
  path: string;
  label: string;
  icon: ComponentType<{ className?: string; 'aria-hidden'?: boolean }>;
  /** Needed to enter; without it the entry is hidden. null: whoever is signed in. */
  permission: string | null;
  /** Second key of the shortcut `g …`. */
  key?: string;
};

/** The rail, in its order. Entries whose page does not exist are not shown. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { path: '/', label: 'Home', icon: House, permission: null, key: 'h' },
  { path: '/alert-groups', label: 'Alert groups', icon: Bell, permission: 'alert-groups:read', key: 'a' },
  { path: '/schedules', label: 'Schedules', icon: CalendarDays, permission: 'schedules:read', key: 's' },
  { path: '/integrations', label: 'Integrations', icon: Plug, permission: 'integrations:read', key: 'i' },
  { path: '/escalations', label: 'Escalation chains', icon: Workflow, permission: 'escalation-chains:read', key: 'e' },
  { path: '/users', label: 'Users', icon: Users, permission: 'user-settings:read', key: 'u' },
  { path: '/teams', label: 'Teams', icon: Waypoints, permission: 'user-settings:read' },
  { path: '/outgoing_webhooks', label: 'Webhooks', icon: Webhook, permission: 'outgoing-webhooks:read', key: 'w' },
  { path: '/insights', label: 'Insights', icon: ChartNoAxesColumn, permission: 'insights:read', key: 'n' },
  { path: '/readiness', label: 'Readiness', icon: ShieldCheck, permission: 'user-settings:read' },
  { path: '/settings', label: 'Settings', icon: Settings, permission: null },
];

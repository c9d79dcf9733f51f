import { api } from '../../api/client.ts';

export type PageWarning = { code: string; detail: string };
export type Paged = { id: string; warnings: PageWarning[] };
export type PageRequest = {
  users?: { id: string; important: boolean }[];
  team?: string;
  important_team_escalation?: boolean;
  alert_group_id?: string;
  title?: string;
  message?: string;
};

/** Asks people to come, with an alert group of their own or for one that is there (http-api-alerting.md 2.8). */
export const pagePeople = (body: PageRequest): Promise<Paged> => api.post('/escalation', { body });

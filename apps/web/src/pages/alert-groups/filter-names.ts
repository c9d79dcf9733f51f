import type { activeFilters, ListFilter } from './filter.ts';
import type { Choices } from './query-text.ts';

export const FILTER_NAMES: Readonly<Record<ReturnType<typeof activeFilters>[number], string>> = {
  team_id: 'Team',
  integration_id: 'Integration',
  escalation_chain_id: 'Escalation chain',
  route_id: 'Route',
  acknowledged_by: 'Acknowledged by',
  resolved_by: 'Resolved by',
  silenced_by: 'Silenced by',
  invitees_are: 'Paged',
  involved_users_are: 'Involves',
  label: 'Label',
  exclude_label: 'Not label',
  exclude_integration_id: 'Not integration',
  exclude_team_id: 'Not team',
  search: 'Search',
  mine: 'Involves me',
  with_resolution_note: 'Resolution note',
  resolved_at: 'Resolved',
};

/** What the values of a filter are ids of; null: they are texts. */
export function kindOfFilter(name: ListFilter): keyof Choices | null {
  if (name === 'team_id' || name === 'exclude_team_id') return 'team';
  if (name === 'integration_id' || name === 'exclude_integration_id') return 'integration';
  if (name === 'escalation_chain_id') return 'chain';
  return name === 'label' || name === 'exclude_label' || name === 'route_id' ? null : 'user';
}

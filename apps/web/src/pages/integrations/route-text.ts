import type { Match, Route } from './queries.ts';

const OPERATORS: Readonly<Record<Match, string>> = {
  '=': 'is',
  '!=': 'is not',
  '=~': 'matches',
  '!~': 'does not match',
};

/** The condition of a route in words; the term itself for templates and patterns. */
export function conditionText(route: Route): { lead: string; term: string | null } {
  if (route.is_the_last_route) return { lead: 'All other alerts', term: null };
  if (route.routing_type === 'labels') {
    const all = (route.routing_labels ?? []).map(
      ({ key, value, match = '=' }) => `${key.name} ${OPERATORS[match]} ${value.name}`,
    );
    return { lead: 'Labels:', term: all.join(' and ') };
  }
  const kind = route.routing_type === 'jinja2' ? 'When this template is true:' : 'When the payload matches:';
  return { lead: kind, term: route.routing_regex ?? '' };
}

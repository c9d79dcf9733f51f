import { isTruthy, type PayloadSource, pythonText, type Templates, type TemplateValue } from '../../templates/index.ts';
import type { LabelMatch } from '../tables.ts';
import type { RenderScope } from './render-scope.ts';
import type { IntegrationSettings, RouteSettings } from './settings.ts';

type Subject = { payload: PayloadSource; labels: ReadonlyMap<string, TemplateValue> };

/** The first route that matches, by position, the default one last (ingest.md 6.4); null when the integration has lost its default. */
export async function matchRoute(
  templates: Templates,
  settings: IntegrationSettings,
  subject: Subject,
  scope: RenderScope,
): Promise<RouteSettings | null> {
  for (const route of settings.routes) {
    if (route.isDefault || (await matches(templates, route, subject, scope))) return route;
  }
  return null;
}

async function matches(templates: Templates, route: RouteSettings, subject: Subject, scope: RenderScope): Promise<boolean> {
  switch (route.type) {
    case 'jinja2': {
      if (route.term === null) return false;
      const rendered = await scope.render(templates, `route.${route.id}`, route.term, subject);
      return rendered.ok && isTruthy(rendered.text);
    }
    case 'regex':
      return route.term !== null && (await templates.searchPayload(route.term, subject.payload));
    case 'labels':
      return (
        route.labels !== null &&
        route.labels.length > 0 &&
        route.labels.every(({ key, value, match }) => compares(templates, subject.labels.get(key), match ?? '=', value))
      );
  }
}

/**
 * Whether a label compares with a value of a route. A label that is a number never equals its text; a label that the alert does not have is
 * empty. A pattern that takes too long lets the route not match, whichever way it asks.
 */
function compares(templates: Templates, label: TemplateValue | undefined, match: LabelMatch, value: string): boolean {
  if (match === '=') return label === value;
  if (match === '!=') return label !== value;
  const matched = templates.matchesWhole(value, label === undefined ? '' : pythonText(label));
  return matched !== null && matched === (match === '=~');
}

/** How records name a route. */
export const routeName = (route: RouteSettings): string => (route.isDefault ? 'default' : (route.term ?? route.type));

import { Type } from 'typebox';
import type { RoutingType } from '../../../integrations/index.ts';
import { conflictOfFields, refusal } from '../conventions/api-error.ts';
import { custom, Invalid, nullable, reference, text } from '../conventions/fields.ts';
import { type Matcher, matchersField } from './labels-field.ts';
import { messengerFields } from './messengers-field.ts';

export const MAX_TERM = 1024;
const MAX_ROUTE_LABELS = 15;

export const routeFields = ({ regexCompiles }: Pick<TermChecks, 'regexCompiles'>) => ({
  integration_id: reference({ nullable: false }),
  escalation_chain_id: reference({ nullable: true }),
  routing_type: custom<RoutingType>(
    Type.Union([Type.Literal('regex'), Type.Literal('jinja2'), Type.Literal('labels')]),
    (raw) => {
      if (raw === null) throw new Invalid(['This field may not be null.']);
      if (raw !== 'regex' && raw !== 'jinja2' && raw !== 'labels') throw refusal('Invalid route type', 'invalid_route_type');
      return raw;
    },
  ),
  routing_regex: nullable(text()),
  routing_labels: matchersField(regexCompiles),
  ...messengerFields,
});

/** What tells whether a term can be used; the reasons are worded here. */
export interface TermChecks {
  /** Whether the Python regular expression compiles. */
  readonly regexCompiles: (pattern: string) => boolean;
  /** Whether the template parses, and renders an empty payload without an error. */
  readonly templateWorks: (source: string) => boolean;
}

/** A route's rule as the body and what is stored make it. Throws the error of the first thing that is wrong with it. */
export function readRule(
  type: RoutingType,
  term: string | null,
  labels: readonly Matcher[] | null,
  checks: TermChecks,
): { routingType: RoutingType; routingRegex: string | null; routingLabels: readonly Matcher[] | null } {
  if (type === 'labels') {
    if (labels === null || labels.length === 0 || labels.length > MAX_ROUTE_LABELS) {
      throw conflictOfFields(`A route by labels needs routing_labels, 1 to ${MAX_ROUTE_LABELS} of them.`);
    }
    return { routingType: type, routingRegex: null, routingLabels: labels };
  }
  if (term === null) return { routingType: type, routingRegex: null, routingLabels: null };
  const length = [...term].length;
  if (length > MAX_TERM)
    throw conflictOfFields(`Expression is too long. Maximum length: ${MAX_TERM} characters, current length: ${length}`);
  if (type === 'regex' && !checks.regexCompiles(term)) throw conflictOfFields('Regular expression is incorrect');
  if (type === 'jinja2' && !checks.templateWorks(term)) throw conflictOfFields('Jinja template is incorrect');
  return { routingType: type, routingRegex: term, routingLabels: null };
}

import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { cleanText } from './clean-text.ts';

/** How one rendering of an integration's template went. */
export type TemplateOutcome = {
  organizationId: string;
  integrationId: string;
  /** By its path in the API; `labels.<key>` for a dynamic label, `route.<id>` for a route's term. */
  name: string;
  /** The text of the error or warning; null when it went well. */
  error: string | null;
};

const MAX_MESSAGE = 1_000;

/** Outcomes that may change what an integration's marks say: of templates that failed in the batch, or are marked as failing. */
export function outcomesToMark(
  outcomes: readonly TemplateOutcome[],
  settings: ReadonlyMap<string, { templateErrors: Readonly<Record<string, unknown>> }>,
): TemplateOutcome[] {
  const keyOf = ({ integrationId, name }: TemplateOutcome) => `${integrationId} ${name}`;
  const failed = new Set(outcomes.filter(({ error }) => error !== null).map(keyOf));
  return outcomes.filter((outcome) => {
    const marked = settings.get(outcome.integrationId)?.templateErrors;
    return (marked !== undefined && Object.hasOwn(marked, outcome.name)) || (failed.size > 0 && failed.has(keyOf(outcome)));
  });
}

type Marks = { organizationId: string; integrationId: string; failed: Map<string, string>; well: Set<string> };

/**
 * Keeps on each integration which of its templates fail, by the last outcome of each in the batch. Touches no row whose marks
 * stay the same.
 */
export async function markTemplateErrors(db: Db, outcomes: readonly TemplateOutcome[], now: Date): Promise<void> {
  const marks = new Map<string, Marks>();
  for (const { organizationId, integrationId, name, error } of outcomes) {
    const mark = marks.get(integrationId) ?? { organizationId, integrationId, failed: new Map(), well: new Set() };
    marks.set(integrationId, mark);
    if (error === null) {
      mark.failed.delete(name);
      mark.well.add(name);
    } else {
      mark.well.delete(name);
      mark.failed.set(name, cleanText(error.slice(0, MAX_MESSAGE)));
    }
  }
  for (const { organizationId, integrationId, failed, well } of marks.values()) {
    const at = now.toISOString();
    const set = Object.fromEntries([...failed].map(([name, message]) => [name, { message, at }]));
    const messages = Object.fromEntries([...failed].map(([name, message]) => [name, { message }]));
    await sql`
      update integration set template_errors = (template_errors - ${[...well]}::text[]) || ${JSON.stringify(set)}::jsonb
      where organization_id = ${organizationId} and id = ${integrationId}
        and (template_errors ?| ${[...well]}::text[] or not template_errors @> ${JSON.stringify(messages)}::jsonb)`.execute(db);
  }
}

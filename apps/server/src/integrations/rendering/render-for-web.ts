import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import { PayloadSource, type Templates } from '../../templates/index.ts';
import { loadSettings } from '../pipeline/settings.ts';
import { type Appearance, renderAppearance } from './appearance.ts';

export type AlertToRender = {
  integrationId: string;
  /** JSON text. */
  payload: string;
  group: { id: string; number: number; labels: Readonly<Record<string, string>>; isMaintenance: boolean };
};

type Deps = { db: Db; clock: Clock; templates: Templates; linkOf: (groupId: string) => string };

/**
 * An alert as the web UI shows it: the title is plain text; the message is HTML made from Markdown, with all HTML of the payload and of
 * templates escaped.
 * @returns null when the integration is gone, whose templates would be needed
 */
export async function renderForWeb(
  { db, clock, templates, linkOf }: Deps,
  org: string,
  alert: AlertToRender,
): Promise<Appearance | null> {
  const ref = { organization_id: org, integration_id: alert.integrationId };
  const settings = (await loadSettings(db, [ref], clock.now())).get(alert.integrationId);
  if (settings === undefined) return null;
  const { group } = alert;
  return renderAppearance(
    templates,
    {
      group: { number: group.number, link: linkOf(group.id), labels: group.labels },
      integration: {
        // What a window of maintenance shows is the server's own.
        type: group.isMaintenance ? 'maintenance' : settings.type.slug,
        name: settings.name,
        templates: group.isMaintenance ? {} : settings.storedTemplates,
        defaultTemplates: settings.defaultTemplates,
      },
      payload: new PayloadSource(alert.payload),
    },
    'web',
  );
}

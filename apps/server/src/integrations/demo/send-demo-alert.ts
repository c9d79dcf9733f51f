import type { Clock } from '../../platform/clock.ts';
import type { Tx } from '../../platform/db/database.ts';
import { listElements, memberText, repairJson } from '../ingest/json-text.ts';
import { queueAlerts } from '../pipeline/queue-alerts.ts';
import type { Integration } from '../settings/integration.ts';
import { integrationTypeOf } from '../types/registry.ts';

/** Types whose alerts only the server makes. */
export const WITHOUT_DEMO: ReadonlySet<string> = new Set(['manual', 'maintenance', 'direct_paging']);

export type DemoResult = { ok: true; alerts: number } | { ok: false; reason: 'no_demo' | 'no_alerts' };

/**
 * Sends an alert through the whole pipeline, notifications included (ingest.md 7.2). It never groups with others.
 * @param payload JSON text of an object; null: the example of the integration's type
 */
export async function sendDemoAlert(
  tx: Tx,
  { clock }: { clock: Clock },
  org: string,
  integration: Pick<Integration, 'id' | 'type'>,
  payload: string | null,
): Promise<DemoResult> {
  if (WITHOUT_DEMO.has(integration.type)) return { ok: false, reason: 'no_demo' };
  const type = integrationTypeOf(integration.type);
  const text = payload === null ? JSON.stringify(type.example) : repairJson(payload);
  const isSplit = type.body === 'split' || type.body === 'grafana';
  const texts = isSplit ? elementsOf(text) : [text];
  if (texts.length === 0) return { ok: false, reason: 'no_alerts' };
  const alert = { organizationId: org, integrationId: integration.id, kind: 'demo' as const, isSplit };
  await queueAlerts(
    tx,
    texts.map((each) => ({ ...alert, payload: each })),
    clock.now(),
  );
  return { ok: true, alerts: texts.length };
}

/** Texts of the elements of `alerts`; none when it is no list, or holds anything but objects. */
function elementsOf(text: string): string[] {
  const list = memberText(text, 'alerts');
  if (list === null || !list.startsWith('[')) return [];
  const elements = listElements(text, 'alerts');
  return elements.every((element) => element.startsWith('{')) ? elements : [];
}

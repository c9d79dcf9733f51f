import { createHash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import { isTruthy, PayloadSource, type Rendered, type Templates } from '../../templates/index.ts';
import { chooseGroups } from '../pipeline/choose-groups.ts';
import { gatherLabels } from '../pipeline/labels.ts';
import { prepareAlert } from '../pipeline/prepare.ts';
import { createRenderScope } from '../pipeline/render-scope.ts';
import { type IntegrationSettings, loadSettings } from '../pipeline/settings.ts';
import { candidateGroups } from '../pipeline/store.ts';
import type { Channel, TemplateName } from '../template-names.ts';
import { renderAppearance } from './appearance.ts';
import { previewTarget } from './preview-names.ts';

export type PreviewRequest = {
  organizationId: string;
  integrationId: string;
  templateName: string | null;
  templateBody: string | null;
  /** JSON text of a pasted payload; null: the first alert of the integration's newest group. */
  payload: string | null;
};

/** What the API answers with 200; a null preview is a result that is None or an image that is no address. */
export type Preview = {
  preview: string | null;
  is_valid_json_object?: boolean;
  /** Of resolve, acknowledge and route templates. */
  is_truthy?: boolean;
  /** Of grouping templates: the group that an alert with this payload would join, null for a new one. */
  alert_group_id?: string | null;
};

export type PreviewResult =
  | { ok: true; preview: Preview }
  | { ok: false; reason: 'no_integration' | 'no_alert' | 'name_missing' | 'unknown_name' };

type Deps = { db: Db; clock: Clock; templates: Templates; linkOf: (groupId: string) => string };
type SampleAlert = { payload: PayloadSource; group: { id: string; number: number; labels: Record<string, string> } | null };

/** Renders a draft of any template on any payload; nothing is stored (templates.md 9 with B-9 and B-10). */
export async function previewTemplate(deps: Deps, request: PreviewRequest): Promise<PreviewResult> {
  const { templateName, templateBody } = request;
  const ref = { organization_id: request.organizationId, integration_id: request.integrationId };
  const settings = (await loadSettings(deps.db, [ref], deps.clock.now())).get(request.integrationId);
  if (settings === undefined) return { ok: false, reason: 'no_integration' };
  if (templateName === null || templateBody === null || templateName === '' || templateBody === '') {
    return { ok: true, preview: { preview: null } };
  }
  const target = previewTarget(templateName);
  if (target.kind === 'unknown') return { ok: false, reason: target.what === 'channel' ? 'name_missing' : 'unknown_name' };
  const sample = await sampleAlert(deps.db, request);
  if (sample === null) return { ok: false, reason: 'no_alert' };
  const { payload } = sample;
  const scope = createRenderScope(settings.organizationId, settings.id);
  const labels = await gatherLabels(deps.templates, settings, payload, scope);
  const context = { payload, labels: labels.values };
  switch (target.kind) {
    case 'dynamic_label':
      return ok({ preview: (await deps.templates.render(templateBody, context)).text });
    case 'multi_label':
      return ok(withJsonCheck((await deps.templates.render(templateBody, context)).text));
    case 'route': {
      const rendered = await deps.templates.render(templateBody, context);
      return ok({ preview: rendered.text, is_truthy: isYes(rendered) });
    }
    case 'behaviour': {
      const rendered = await deps.templates.render(templateBody, context);
      if (target.name === 'source_link') return ok({ preview: rendered.text });
      if (target.name !== 'grouping_key') return ok({ preview: rendered.text, is_truthy: isYes(rendered) });
      return ok({ preview: rendered.text, alert_group_id: await groupFor(deps, settings, payload, rendered) });
    }
    case 'appearance':
      return ok(withJsonCheck(await appearance(deps, settings, sample, labels.stored, target.name, templateBody)));
  }
}

const ok = (preview: Preview): PreviewResult => ({ ok: true, preview });
const isYes = (rendered: Rendered): boolean => rendered.ok && isTruthy(rendered.text);

function withJsonCheck(text: string | null): Preview {
  if (text === null) return { preview: null, is_valid_json_object: false };
  try {
    const value: unknown = JSON.parse(text);
    return { preview: text, is_valid_json_object: typeof value === 'object' && value !== null && !Array.isArray(value) };
  } catch {
    return { preview: text, is_valid_json_object: false }; // not JSON, which is what was asked
  }
}

async function appearance(
  { templates, linkOf }: Deps,
  settings: IntegrationSettings,
  { payload, group }: SampleAlert,
  labels: Readonly<Record<string, string>>,
  name: TemplateName,
  draft: string,
): Promise<string | null> {
  const [channel = 'web', attribute = 'title'] = name.split('.');
  const stored = settings.storedTemplates[channel];
  const own = typeof stored === 'object' ? stored : {};
  const rendered = await renderAppearance(
    templates,
    {
      group: { number: group?.number ?? 0, link: linkOf(group?.id ?? 'preview'), labels: group?.labels ?? labels },
      integration: {
        type: settings.type.slug,
        name: settings.name,
        templates: { ...settings.storedTemplates, [channel]: { ...own, [attribute]: draft } },
        defaultTemplates: settings.defaultTemplates,
      },
      payload,
    },
    channel as Channel,
  );
  const failure = rendered.failures.find((failed) => failed.name === name);
  if (failure !== undefined) return failure.text;
  if (attribute === 'title') return rendered.title;
  return attribute === 'message' ? rendered.message : rendered.imageUrl;
}

/** The group that the draft of a grouping template leads to, as the pipeline would choose; nothing is locked or written. */
async function groupFor(
  { db, clock, templates }: Deps,
  settings: IntegrationSettings,
  payload: PayloadSource,
  grouping: Rendered,
): Promise<string | null> {
  if (!grouping.ok || grouping.text === '') return null;
  const scope = createRenderScope(settings.organizationId, settings.id);
  const ids = { organization_id: settings.organizationId, integration_id: settings.id };
  const row = {
    ...ids,
    id: 0,
    shard: 0,
    received_at: clock.now(),
    payload: payload.text,
    is_demo: false,
    is_heartbeat: false,
    is_split: false,
    hop: 0,
  };
  const prepared = await prepareAlert(templates, row, settings, scope);
  const alert = { ...prepared, canGroup: true, groupingKey: createHash('md5').update(grouping.text).digest('hex') };
  const { chosen } = chooseGroups([alert], await candidateGroups(db, alert), () => '', clock.now());
  const group = chosen[0];
  return group === undefined || group.openedBy !== null ? null : group.id;
}

async function sampleAlert(db: Db, { organizationId, integrationId, payload }: PreviewRequest): Promise<SampleAlert | null> {
  if (payload !== null) return { payload: new PayloadSource(payload), group: null };
  const row = await db
    .selectFrom('alert_group')
    .innerJoin('alert', (join) =>
      join
        .onRef('alert.organization_id', '=', 'alert_group.organization_id')
        .onRef('alert.id', '=', 'alert_group.first_alert_id'),
    )
    .select(['alert_group.id', 'alert_group.number', 'alert_group.labels', 'alert.payload'])
    .where('alert_group.organization_id', '=', organizationId)
    .where('alert_group.integration_id', '=', integrationId)
    .orderBy('alert_group.started_at', 'desc')
    .orderBy('alert_group.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { payload: new PayloadSource(row.payload), group: row };
}

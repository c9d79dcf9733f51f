import {
  isScalar,
  mappingItems,
  type PayloadSource,
  parseJsonValue,
  pythonText,
  type Templates,
  type TemplateValue,
} from '../../templates/index.ts';
import { cleanText } from './clean-text.ts';
import type { RenderScope } from './render-scope.ts';
import type { IntegrationSettings } from './settings.ts';

const MAX_LENGTH = 200;
const MAX_STORED = 15;

export type GatheredLabels = {
  /** What templates and label routes see; values of the multi-label template keep their JSON type. */
  values: ReadonlyMap<string, TemplateValue>;
  /** What a group that the alert opens gets: text, by key, at most 15. */
  stored: Readonly<Record<string, string>>;
};

/** Static labels, then dynamic ones, then those of the multi-label template; later ones win (ingest.md 6.2). */
export async function gatherLabels(
  templates: Templates,
  settings: IntegrationSettings,
  payload: PayloadSource,
  scope: RenderScope,
): Promise<GatheredLabels> {
  const values = new Map<string, TemplateValue>(settings.staticLabels.map(({ key, value }) => [key, value]));
  for (const { key, template } of settings.dynamicLabels) {
    if (template === '') continue;
    const rendered = await scope.render(templates, `labels.${key}`, template, { payload });
    if (rendered.ok && isUsable(rendered.text)) values.set(key, rendered.text);
  }
  if (settings.multiLabelTemplate !== null && settings.multiLabelTemplate !== '') {
    const rendered = await scope.render(templates, 'labels', settings.multiLabelTemplate, { payload });
    if (rendered.ok) for (const [key, value] of readMultiLabels(rendered.text)) values.set(key, value);
  }
  return { values, stored: toStored(values) };
}

const isUsable = (text: string): boolean => text !== '' && text.length <= MAX_LENGTH && text.trim().toLowerCase() !== 'none';

/** Members of a JSON object whose values are strings, numbers or booleans; nothing of any other text. */
function readMultiLabels(text: string): [key: string, value: TemplateValue][] {
  const parsed = parseJsonValue(text);
  const items = parsed === undefined ? null : mappingItems(parsed);
  return (items ?? []).filter(
    ([key, value]) => key !== '' && key.length <= MAX_LENGTH && isScalar(value) && isUsable(pythonText(value)),
  );
}

function toStored(values: ReadonlyMap<string, TemplateValue>): Record<string, string> {
  const pairs = [...values].map(([key, value]) => [cleanText(key), cleanText(pythonText(value))] as const);
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(pairs.slice(0, MAX_STORED));
}

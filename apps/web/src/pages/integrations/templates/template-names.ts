import type { Integration } from '../../../api/index.ts';
import type { Templates } from '../queries.ts';

export type TemplateInfo = {
  /** As in the address of the page and for previews: `web_title`, `grouping_id`. */
  name: string;
  /** Where it stands in `templates` of the API. */
  path: readonly [string] | readonly [channel: string, leaf: string];
  label: string;
  group: string;
  /** What it is for, in a sentence. */
  purpose: string;
};

const behaviour = (name: string, path: string, label: string, purpose: string): TemplateInfo => ({
  name,
  path: [path],
  label,
  group: 'Behaviour',
  purpose,
});

const PURPOSES: Readonly<Record<string, string>> = {
  title: 'One line that names the alert.',
  message: 'What the alert says.',
  image_url: 'Address of a picture, or nothing.',
};
const LEAVES: Readonly<Record<string, string>> = { title: 'title', message: 'message', image_url: 'image' };

const channel = (id: string, label: string, leaves: readonly string[]): TemplateInfo[] =>
  leaves.map((leaf) => ({
    name: `${id}_${leaf}`,
    path: [id, leaf] as const,
    label: `${label} ${LEAVES[leaf] ?? leaf}`,
    group: label,
    purpose: PURPOSES[leaf] ?? '',
  }));

/** The template of further labels; in the API it stands beside `templates`. */
export const MULTI_LABEL = 'alert_group_multi_label';

/** What a result means, where it is a yes or no. */
export const VERDICTS: Readonly<Record<string, { yes: string; no: string }>> = {
  resolve_condition: { yes: 'It will resolve its alert group.', no: 'It will not resolve its alert group.' },
  acknowledge_condition: { yes: 'It will acknowledge its alert group.', no: 'It will not acknowledge its alert group.' },
};

const ALL = ['title', 'message', 'image_url'];

/** Every template of an integration. */
export const TEMPLATES: readonly TemplateInfo[] = [
  behaviour('grouping_id', 'grouping_key', 'Grouping', 'Alerts with the same result join the same open alert group.'),
  behaviour('resolve_condition', 'resolve_signal', 'Auto-resolve', 'An alert for which this is true resolves its group.'),
  behaviour(
    'acknowledge_condition',
    'acknowledge_signal',
    'Auto-acknowledge',
    'An alert for which this is true acknowledges its group.',
  ),
  behaviour('source_link', 'source_link', 'Source link', 'Where the alert can be looked at in the system that sent it.'),
  {
    name: MULTI_LABEL,
    path: ['alert_group_labels', 'template'],
    label: 'Further labels',
    group: 'Behaviour',
    purpose: 'A JSON object of names and values: labels that alert groups get besides those of the integration.',
  },
  ...channel('web', 'Web', ALL),
  ...channel('email', 'E-mail', ['title', 'message']),
  ...channel('sms', 'SMS', ['title']),
  ...channel('phone_call', 'Phone', ['title']),
  ...channel('mobile_app', 'Push', ['title', 'message']),
  ...channel('slack', 'Slack', ALL),
  ...channel('telegram', 'Telegram', ALL),
  ...channel('mattermost', 'Mattermost', ALL),
  ...channel('msteams', 'Microsoft Teams', ALL),
];

/** A template's text; null where it is not set. */
export function readTemplate(templates: Templates, { path: [first, leaf] }: TemplateInfo): string | null {
  const entry = templates[first] ?? null;
  if (leaf === undefined) return typeof entry === 'string' ? entry : null;
  return typeof entry === 'object' && entry !== null ? (entry[leaf] ?? null) : null;
}

/** What `readTemplate` reads, of an integration. */
export const storedTemplates = ({ templates, alert_group_labels: { template } }: Integration): Templates => ({
  ...(templates as unknown as Templates),
  alert_group_labels: { template },
});

/** Body of the request that sets one template; null resets it to the default of the type. */
export function changeOf({ path: [first, leaf] }: TemplateInfo, value: string | null): Record<string, unknown> {
  const change = leaf === undefined ? { [first]: value } : { [first]: { [leaf]: value } };
  return first === 'alert_group_labels' ? change : { templates: change };
}

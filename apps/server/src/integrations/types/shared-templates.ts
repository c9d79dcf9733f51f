import type { ChannelTemplates, DefaultTemplates } from './integration-type.ts';

/** Parts that many types' default templates share. All of them are Jinja2 sources. */

/** Titles of the chat channels: number, web title, integration, link to the source. */
const slackTitle = `*<{{ grafana_oncall_link }}|#{{ grafana_oncall_alert_group_id }} {{ web_title }}>* via {{ integration_name }}{% if source_link %} (*<{{ source_link }}|source>*){% endif %}`;
const telegramTitle = `<a href="{{ grafana_oncall_link }}">#{{ grafana_oncall_alert_group_id }}</a> {{ web_title }} via {{ integration_name }}{% if source_link %} (<a href="{{ source_link }}">source</a>){% endif %}`;
const markdownTitle = `[#{{ grafana_oncall_alert_group_id }} {{ web_title }}]({{ grafana_oncall_link }}) via {{ integration_name }}{% if source_link %} ([source]({{ source_link }})){% endif %}`;

const jsonMarkdown = `\`\`\`
{{ payload | tojson_pretty }}
\`\`\``;

type Contents = {
  /** Plain text, one line. */
  title: string;
  /** Markdown of the web and of what falls back to it. */
  message: string;
  /** mrkdwn of Slack; the Markdown when left out. */
  slackMessage?: string;
  /** HTML of Telegram; payload values are escaped before it sees them. */
  telegramMessage: string;
  imageUrl?: string;
  spokenTitle?: string;
};

/** All channels from one title and one message per markup. */
export function channels({
  title,
  message,
  slackMessage = message,
  telegramMessage,
  imageUrl,
  spokenTitle = title,
}: Contents): Omit<DefaultTemplates, 'grouping_key' | 'resolve_signal' | 'acknowledge_signal' | 'source_link'> {
  const image: ChannelTemplates = imageUrl === undefined ? {} : { image_url: imageUrl };
  return {
    web: { title, message, ...image },
    slack: { title: slackTitle, message: slackMessage, ...image },
    telegram: { title: telegramTitle, message: telegramMessage, ...image },
    mattermost: { title: markdownTitle, message, ...image },
    sms: { title: spokenTitle },
    phone_call: { title: spokenTitle },
    mobile_app: { title: spokenTitle },
  };
}

/** The payload as pretty JSON, for senders whose shape is not known. */
export const jsonChannels = (title: string): ReturnType<typeof channels> =>
  channels({
    title,
    message: jsonMarkdown,
    telegramMessage: '<code>{{ payload | tojson_pretty }}</code>',
  });

/**
 * A message of a text and lines of facts, in the markup of each kind of channel. All are Jinja2 expressions; what is empty is left out.
 */
export function factMessages(
  text: string,
  facts: readonly (readonly [label: string, expression: string])[],
): Pick<Contents, 'message' | 'slackMessage' | 'telegramMessage'> {
  const lines = (bold: (label: string) => string): string =>
    [
      `{%- if ${text} %}{{ ${text} }}\n\n{% endif -%}`,
      ...facts.map(([label, fact]) => `{%- if ${fact} %}${bold(label)}: {{ ${fact} }}\n{% endif -%}`),
    ].join('\n');
  return {
    message: lines((label) => `**${label}**`),
    slackMessage: lines((label) => `*${label}*`),
    telegramMessage: lines((label) => `<b>${label}</b>`),
  };
}

/** Bodies of alert_uid, title, state, message, image_url and link_to_upstream_details (ingest.md 3.2). */
export const fieldTemplates: Required<Pick<DefaultTemplates, 'grouping_key' | 'resolve_signal' | 'source_link'>> = {
  grouping_key: `{{ payload.alert_uid if payload.alert_uid is not none }}`,
  // A missing or null state fires (ingest.md B-20).
  resolve_signal: `{{ payload.state is defined and payload.state | lower | trim == 'ok' }}`,
  source_link: `{{ payload.link_to_upstream_details or '' }}`,
};

/** Only addresses that a browser can load and that carry no credentials. */
const fieldImage = `{{ payload.image_url if payload.image_url is string and payload.image_url | regex_match('(?i)https?://[^\\\\s]+$') and not payload.image_url | regex_search('(?i)passhash|password') }}`;

export const fieldChannels = channels({
  title: `{{ payload.title or '' }}`,
  message: `{{ payload.message or '' }}`,
  telegramMessage: `{{ payload.message or '' }}`,
  imageUrl: fieldImage,
});

import {
  cutResult,
  cutTitle,
  emailMessage,
  emailTitle,
  imageUrl,
  PayloadSource,
  phoneTitle,
  pushText,
  type Rendered,
  slackTitle,
  smsTitle,
  type TemplateContext,
  type Templates,
  telegramMessage,
  telegramPayload,
  telegramTitle,
  webMessage,
  webTitle,
} from '../../templates/index.ts';
import {
  type Attribute,
  type Channel,
  defaultTemplate,
  type StoredTemplates,
  type TemplateName,
  templateSource,
} from '../template-names.ts';
import { integrationTypeOf } from '../types/registry.ts';

/** What a rendering is about. `payload` is that of the alert the channel shows: the last for chat and web, the first for all others. */
export type Subject = {
  group: { number: number; link: string; labels: Readonly<Record<string, string>> };
  integration: { type: string; name: string; templates: StoredTemplates; defaultTemplates: 'tocsin' | 'reference' };
  payload: PayloadSource;
};

export type Appearance = {
  /** Null: no template, or nothing came of it. */
  title: string | null;
  message: string | null;
  imageUrl: string | null;
  sourceLink: string | null;
  /** Templates of the integration that failed, with the texts of their errors. */
  failures: readonly { name: TemplateName; text: string }[];
};

type Texts = { title: string | null; message: string | null; image_url: string | null };

const POST_PROCESSING: Readonly<
  Record<Channel, { title: (text: string, most: number) => string; message: (text: string) => string }>
> = {
  web: { title: webTitle, message: webMessage },
  slack: { title: slackTitle, message: (text) => text },
  telegram: { title: telegramTitle, message: telegramMessage },
  sms: { title: smsTitle, message: (text) => text },
  phone_call: { title: phoneTitle, message: (text) => text },
  email: { title: emailTitle, message: emailMessage },
  mobile_app: { title: (text, most) => pushText(cutTitle(text, most)), message: pushText },
  mattermost: { title: cutTitle, message: (text) => text },
  msteams: { title: cutTitle, message: (text) => text },
};

/** Titles where a template makes nothing (templates.md 4); e-mail makes its own from the group's number. */
const TITLES: Partial<Record<Channel, string>> = {
  web: 'Alert',
  slack: 'Alert',
  mattermost: 'Alert',
  msteams: 'Alert',
  telegram: 'Incident',
  sms: 'Incident',
  phone_call: 'Incident',
};

/** Titles, message and image of an alert as a channel shows them (templates.md 3, 4 and 8). Never throws for what templates do. */
export async function renderAppearance(templates: Templates, subject: Subject, channel: Channel): Promise<Appearance> {
  const type = integrationTypeOf(subject.integration.type);
  const { templates: stored, defaultTemplates: defaults, name } = subject.integration;
  const failures: { name: TemplateName; text: string }[] = [];
  const base: TemplateContext = {
    payload: channel === 'telegram' ? new PayloadSource(telegramPayload(subject.payload.text)) : subject.payload,
    labels: subject.group.labels,
    integration_name: name,
    grafana_oncall_link: subject.group.link,
    grafana_oncall_alert_group_id: subject.group.number,
    grafana_oncall_incident_id: subject.group.number,
  };

  const renderNow = async (source: string, context: TemplateContext): Promise<Rendered> => templates.render(source, context);

  /** A template that fails gives way to the type's default, so that no error text is read out to people (templates.md B-11). */
  async function attribute(template: TemplateName, context: TemplateContext): Promise<{ text: string | null; failed: boolean }> {
    const source = templateSource(stored, type, defaults, template);
    if (source === null) return { text: null, failed: false };
    const rendered = await renderNow(source, context);
    if (rendered.ok) return { text: noneIsNull(rendered.text), failed: false };
    failures.push({ name: template, text: rendered.text });
    const fallback = defaultTemplate(type, defaults, template);
    if (fallback === null || fallback === source) return { text: null, failed: true };
    const second = await renderNow(fallback, context);
    return { text: second.ok ? noneIsNull(second.text) : null, failed: true };
  }

  async function webVariables(): Promise<Record<string, string | null>> {
    const linkOfWeb = await attribute('source_link', { ...base, source_link: null });
    const context = { ...base, source_link: linkOfWeb.text };
    const variable = async (of: Attribute) => {
      const source = templateSource(stored, type, defaults, `web.${of}`);
      if (source === null) return `web_${of} is not set`;
      const rendered = await renderNow(source, context);
      const text = rendered.ok ? noneIsNull(rendered.text) : ((await attribute(`web.${of}`, context)).text ?? '');
      return of === 'title' && text !== null ? cutTitle(text, templates.lengths.title) : text;
    };
    return {
      web_title: await variable('title'),
      web_message: await variable('message'),
      web_image_url: await variable('image_url'),
    };
  }

  const own: TemplateContext = channel === 'web' ? base : { ...base, ...(await webVariables()) };
  const sourceLink = await attribute('source_link', { ...own, source_link: null });
  const context = { ...own, source_link: sourceLink.text };
  const title = await attribute(`${channel}.title`, context);
  const message = await attribute(`${channel}.message`, context);
  const image = await attribute(`${channel}.image_url`, context);
  const { title: titleOf, message: messageOf } = POST_PROCESSING[channel];
  const texts: Texts = { title: title.text, message: message.text, image_url: image.text };
  const hint = message.failed || title.failed ? failureHint(failures) : null;
  return {
    title: blankIsNull(texts.title === null ? null : titleOf(texts.title, templates.lengths.title)) ?? TITLES[channel] ?? null,
    message: withHint(texts.message, hint, (text) => cutResult(messageOf(text), templates.lengths.result)),
    imageUrl: texts.image_url === null ? null : channel === 'web' ? imageUrl(texts.image_url) : blankIsNull(texts.image_url),
    sourceLink: sourceLink.text,
    failures: distinct(failures),
  };
}

const noneIsNull = (text: string): string | null => (text === 'None' ? null : text);
const blankIsNull = (text: string | null): string | null => (text === null || text.trim() === '' ? null : text);

const failureHint = (failures: readonly { name: TemplateName }[]): string =>
  `(This integration's template ${failures[0]?.name ?? ''} fails. The default is shown.)`;

function withHint(message: string | null, hint: string | null, format: (text: string) => string): string | null {
  if (hint === null) return message === null ? null : format(message);
  return format(message === null || message.trim() === '' ? hint : `${message}\n\n${hint}`);
}

const distinct = (failures: readonly { name: TemplateName; text: string }[]) => [
  ...new Map(failures.map((failure) => [failure.name, failure])).values(),
];

/** A page as notifications loads it. */
type Page = {
  group: { id: string; number: number; labels: Readonly<Record<string, string>> };
  integration: { type: string; name: string; templates: Readonly<Record<string, unknown>>; defaultTemplates: string };
  firstPayload: string | null;
};

/**
 * Titles and messages of pages by e-mail, in their order, from the templates of each page's integration. The HTML is not to be
 * trusted: templates and alerts may put anything into it.
 * @param linkOf address of a group in the web UI
 */
export function renderForEmail(
  templates: Templates,
  pages: readonly Page[],
  linkOf: (groupId: string) => string,
): Promise<{ title: string | null; messageHtml: string | null }[]> {
  return Promise.all(
    pages.map(async ({ group, integration, firstPayload }) => {
      if (firstPayload === null) return { title: null, messageHtml: null };
      const subject: Subject = {
        group: { number: group.number, link: linkOf(group.id), labels: group.labels },
        integration: {
          ...integration,
          templates: integration.templates as StoredTemplates,
          defaultTemplates: integration.defaultTemplates === 'reference' ? 'reference' : 'tocsin',
        },
        payload: new PayloadSource(firstPayload),
      };
      const { title, message } = await renderAppearance(templates, subject, 'email');
      return { title, messageHtml: message };
    }),
  );
}

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, integrationsQuery, teamsQuery, type Webhook } from '../../api/index.ts';
import { useGuardedForm } from '../../features/conflict/use-guarded-form.tsx';
import { LabelPairs } from '../../features/labels/LabelPairs.tsx';
import { Button, Checkbox, Drawer, MultiCombobox, RadioGroup, Select, showToast, TextField } from '../../ui/index.ts';
import { SecretField } from './SecretField.tsx';
import { TemplateArea } from './TemplateArea.tsx';
import { bodyOf, copyOf, formOf, hasBody, METHODS, type WebhookForm } from './webhook-form.ts';
import { TRIGGERS } from './webhook-text.ts';

/** Names of fields that show their error beside them. */
const FIELDS = [
  'name',
  'url',
  'team',
  'trigger_type',
  'http_method',
  'integration_filter',
  'trigger_template',
  'headers',
  'data',
  'username',
  'password',
  'authorization_header',
  'signing_secret',
  'labels',
];
const PRESETS = [
  {
    value: 'simple_webhook',
    label: 'Simple',
    hint: 'Posts everything that is known of an alert group to an address, from an escalation step or by hand.',
  },
  { value: 'advanced_webhook', label: 'Advanced', hint: 'Any trigger, method, headers and body, by templates.' },
];

/** Creates or changes a webhook. */
export function WebhookDrawer({
  webhook,
  copyFrom,
  onClose,
  onCreated,
}: {
  /** null: a new one. */
  webhook: Webhook | null;
  /** Whose values a new one begins with. */
  copyFrom?: Webhook;
  onClose: () => void;
  onCreated?: (webhook: Webhook) => void;
}) {
  const { data: teams = [] } = useQuery(teamsQuery);
  const [form, setForm] = useState(() => (copyFrom === undefined ? formOf(webhook) : copyOf(copyFrom)));
  const set = (changes: Partial<WebhookForm>) => setForm((old) => ({ ...old, ...changes }));
  const { submit, isPending, fields, problems } = useGuardedForm<Webhook>({
    path: '/webhooks/{id}',
    object: webhook,
    mine: bodyOf(form),
    send: (headers) =>
      webhook === null
        ? api.post('/webhooks', { body: { ...bodyOf(form), preset: form.preset } })
        : api.put('/webhooks/{id}', { path: { id: webhook.id }, body: bodyOf(form), headers }),
    stale: ['webhooks'],
    onSaved: (saved) => {
      showToast({ kind: 'done', text: webhook === null ? `Created ${saved.name}` : `Saved ${saved.name}` });
      onClose();
      if (webhook === null) onCreated?.(saved);
    },
    onClose,
    names: {
      name: 'Name',
      url: 'URL',
      team: 'Team',
      trigger_type: 'Called for',
      http_method: 'Method',
      data: 'Body template',
    },
    shownBeside: FIELDS,
  });
  return (
    <Drawer
      open
      onClose={onClose}
      title={webhook === null ? 'New webhook' : `Edit ${webhook.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="webhook" pending={isPending}>
            {webhook === null ? 'Create webhook' : 'Save'}
          </Button>
        </>
      }
    >
      <form id="webhook" onSubmit={submit} className="space-y-4" noValidate>
        {copyFrom !== undefined && [copyFrom.password, copyFrom.authorization_header, copyFrom.signing_secret].some(Boolean) && (
          <p className="rounded-md bg-warn-soft px-3 py-2 text-warn">Stored secrets are not copied; type them again.</p>
        )}
        {webhook === null && (
          <RadioGroup
            label="Kind"
            choices={PRESETS}
            value={form.preset}
            onChange={(preset) => set({ preset: preset as WebhookForm['preset'] })}
          />
        )}
        <TextField label="Name" value={form.name} onChange={(name) => set({ name })} autoFocus error={fields.name} />
        <TextField
          label="URL"
          type="text"
          inputMode="url"
          spellCheck={false}
          placeholder="https://tracker.example/api/tickets"
          hint="May be a template: put | urlencode behind values."
          value={form.url}
          onChange={(url) => set({ url })}
          error={fields.url}
        />
        <Select
          label="Team"
          options={[{ value: '', label: 'No team' }, ...teams.map(({ id, name }) => ({ value: id, label: name }))]}
          value={form.teamId}
          onChange={(teamId) => set({ teamId })}
          error={fields.team}
        />
        {form.preset === 'advanced_webhook' && (
          <>
            <CallFields webhookId={webhook?.id ?? 'new'} form={form} set={set} fields={fields} />
            <RequestFields webhookId={webhook?.id ?? 'new'} form={form} set={set} fields={fields} />
            <SecretFields webhook={webhook} form={form} set={set} fields={fields} />
          </>
        )}
        <LabelPairs
          legend="Labels"
          pairs={form.labels}
          onChange={(labels) => set({ labels })}
          error={fields.labels}
          valueHint="payments"
        />
        <Checkbox
          label="Enabled"
          hint="Nothing is sent while it is disabled."
          checked={form.isEnabled}
          onChange={(isEnabled) => set({ isEnabled })}
        />
        {problems}
      </form>
    </Drawer>
  );
}

type SectionProps = {
  form: WebhookForm;
  set: (changes: Partial<WebhookForm>) => void;
  fields: Readonly<Record<string, string>>;
};

/** Whose templates they are; `new` before it is saved. */
type TemplateOwner = { webhookId: string };

/** When it is called. */
function CallFields({ webhookId, form, set, fields }: SectionProps & TemplateOwner) {
  const { data: integrations = [] } = useQuery(integrationsQuery);
  return (
    <>
      <Select
        label="Called for"
        options={TRIGGERS}
        value={form.trigger}
        onChange={(trigger) => set({ trigger })}
        error={fields.trigger_type}
      />
      <MultiCombobox
        label="Only these integrations"
        optional
        hint="Without a choice it is called for all."
        options={integrations.map(({ id, name }) => ({ value: id, label: name }))}
        value={form.integrationIds}
        onChange={(integrationIds) => set({ integrationIds })}
        error={fields.integration_filter}
      />
      <TemplateArea
        webhookId={webhookId}
        name="trigger_template"
        label="Trigger template"
        rows={2}
        hint="Called only when it renders to true or 1."
        placeholder={'{{ alert_payload.severity == "critical" }}'}
        value={form.triggerTemplate}
        onChange={(triggerTemplate) => set({ triggerTemplate })}
        error={fields.trigger_template}
      />
    </>
  );
}

/** What is sent. */
function RequestFields({ webhookId, form, set, fields }: SectionProps & TemplateOwner) {
  return (
    <>
      <Select
        label="Method"
        options={METHODS.map((method) => ({ value: method, label: method }))}
        value={form.method}
        onChange={(method) => set({ method })}
        error={fields.http_method}
      />
      <TemplateArea
        webhookId={webhookId}
        name="headers"
        label="Headers"
        rows={3}
        hint="A JSON object; may be a template."
        placeholder={'{"X-Queue": "{{ integration.name }}"}'}
        value={form.headers}
        onChange={(headers) => set({ headers })}
        error={fields.headers}
      />
      {hasBody(form.method) && (
        <Checkbox
          label="Send everything"
          hint="The body holds all that is known: event, alert group, payload, integration, people."
          checked={form.forwardAll}
          onChange={(forwardAll) => set({ forwardAll })}
        />
      )}
      {hasBody(form.method) && !form.forwardAll && (
        <TemplateArea
          webhookId={webhookId}
          name="data"
          label="Body template"
          rows={5}
          hint="Goes out as JSON where it is JSON, as text otherwise."
          placeholder={'{"summary": "{{ alert_group.title }}"}'}
          value={form.data}
          onChange={(data) => set({ data })}
          error={fields.data}
        />
      )}
    </>
  );
}

/** How the request proves where it comes from. */
function SecretFields({ webhook, form, set, fields }: SectionProps & { webhook: Webhook | null }) {
  return (
    <fieldset className="space-y-4">
      <legend className="font-medium">Signing in there</legend>
      <p className="text-muted">User name and password count more than the authorization header.</p>
      <TextField
        label="User name"
        optional
        autoComplete="off"
        value={form.username}
        onChange={(username) => set({ username })}
        error={fields.username}
      />
      <SecretField
        label="Password"
        isStored={webhook?.password != null}
        value={form.password}
        onChange={(password) => set({ password })}
        error={fields.password}
      />
      <SecretField
        label="Authorization header"
        hint="The whole value, such as Bearer and a token."
        isStored={webhook?.authorization_header != null}
        value={form.authorizationHeader}
        onChange={(authorizationHeader) => set({ authorizationHeader })}
        error={fields.authorization_header}
      />
      <SecretField
        label="Signing secret"
        hint="With one, each request carries X-Tocsin-Signature."
        isStored={webhook?.signing_secret != null}
        value={form.signingSecret}
        onChange={(signingSecret) => set({ signingSecret })}
        error={fields.signing_secret}
      />
    </fieldset>
  );
}

import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useBlocker } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api, errorText, type Integration, type ListPage, useForbidden } from '../../../api/index.ts';
import type { Alert, AlertGroup } from '../../../api/types.ts';
import { type Draft, keepDraft, readDraft } from '../../../lib/drafts.ts';
import { useShortcuts } from '../../../lib/keyboard.tsx';
import { Badge, Button, Card, ConfirmDialog, cx, Page, Select, Skeleton, showToast, TextArea, Time } from '../../../ui/index.ts';
import { integrationQuery, type Templates, typeQuery } from '../queries.ts';
import { templatesRoute } from '../routes.ts';
import { changeOf, readTemplate, TEMPLATES, type TemplateInfo } from './template-names.ts';
import { useLatePreview } from './use-late-preview.ts';

const JinjaEditor = lazy(() => import('./JinjaEditor.tsx'));

/** All templates of an integration: what each makes of a received or pasted payload. */
export function TemplatesPage() {
  const { id } = templatesRoute.useParams();
  const { template } = templatesRoute.useSearch();
  const { data: integration } = useSuspenseQuery(integrationQuery(id));
  const { data: type } = useSuspenseQuery(typeQuery(integration.type));
  const chosen = TEMPLATES.find(({ name }) => name === template) ?? TEMPLATES[0];
  const stored = integration.templates as unknown as Templates;
  if (chosen === undefined) return null;
  return (
    <Page
      title={`Templates of ${integration.name}`}
      description={
        <Link to="/integrations/$id" params={{ id }} className="text-accent underline underline-offset-2">
          Back to the integration
        </Link>
      }
    >
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[14rem_minmax(0,1fr)]">
        <TemplateList chosen={chosen} stored={stored} />
        <TemplateEditor
          key={chosen.name}
          integration={integration}
          info={chosen}
          stored={readTemplate(stored, chosen)}
          standard={readTemplate(type.default_templates, chosen) ?? ''}
          example={type.demo_alert_payload}
        />
      </div>
    </Page>
  );
}

function TemplateList({ chosen, stored }: { chosen: TemplateInfo; stored: Templates }) {
  const groups = [...new Set(TEMPLATES.map(({ group }) => group))];
  return (
    <nav
      aria-label="Templates"
      className="rounded-lg border border-line bg-surface p-2 shadow-card max-lg:max-h-60 max-lg:overflow-y-auto"
    >
      {groups.map((group) => (
        <div key={group} className="mb-2">
          <h2 className="px-2 py-1 text-[0.86rem] font-semibold text-muted">{group}</h2>
          <ul>
            {TEMPLATES.filter((info) => info.group === group).map((info) => (
              <li key={info.name}>
                <Link
                  from={templatesRoute.fullPath}
                  search={{ template: info.name }}
                  aria-current={info === chosen ? 'page' : undefined}
                  className={cx(
                    'flex items-center gap-2 rounded-md px-2 py-1 hover:bg-hover pointer-coarse:py-2.5',
                    info === chosen && 'bg-accent-soft font-medium text-accent',
                  )}
                >
                  <span className="flex-1">{info.label}</span>
                  {readTemplate(stored, info) !== null && <Badge tone="quiet">changed</Badge>}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

type EditorProps = { integration: Integration; info: TemplateInfo; stored: string | null; standard: string; example: unknown };

/** The payloads that can be tried: the type's example, what came lately, a pasted one. */
function usePayloads(integration: Integration, example: unknown) {
  const { data: recent = [] } = useQuery({
    queryKey: ['integrations', 'one', integration.id, 'samples'],
    queryFn: async ({ signal }): Promise<{ id: string; title: string; payload: unknown }[]> => {
      const page = await api.get<ListPage<AlertGroup & { last_alert: Alert | null }>>('/alert_groups', {
        query: { integration_id: integration.id, perpage: 15, cursor: [''] },
        signal,
      });
      return page.results.flatMap((group) =>
        group.last_alert === null
          ? []
          : [{ id: group.id, title: `#${group.alert_group_number} ${group.title ?? ''}`, payload: group.last_alert.payload }],
      );
    },
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const [pasted, setPasted] = useState<string | null>(null);
  const id = chosen ?? recent[0]?.id ?? 'example';
  const sample = recent.find((one) => one.id === id)?.payload ?? example;
  const text = id === 'pasted' ? (pasted ?? '{}') : JSON.stringify(sample, null, 2);
  const options = [
    ...recent.map(({ id: value, title }) => ({ value, label: title, group: 'Received' })),
    { value: 'example', label: 'The example of the type', group: 'Others' },
    { value: 'pasted', label: 'My own', group: 'Others' },
  ];
  return {
    id,
    options,
    text,
    choose: setChosen,
    paste: (value: string) => {
      setPasted(value);
      setChosen('pasted');
    },
  };
}

function parsed(text: string): { value: unknown; problem: string | null } {
  try {
    return { value: JSON.parse(text) as unknown, problem: null };
  } catch (error) {
    return { value: {}, problem: `This is not JSON: ${errorText(error)}` };
  }
}

function TemplateEditor({ integration, info, stored, standard, example }: EditorProps) {
  const client = useQueryClient();
  const forbidden = useForbidden('integrations:write');
  const draftName = `template.${integration.id}.${info.name}`;
  const [draft, setText] = useState(stored ?? standard);
  const [former, setFormer] = useState<Draft | null>(() => {
    const kept = readDraft(draftName);
    return kept === null || kept.text === (stored ?? standard) ? null : kept;
  });
  const setDraft = (text: string) => {
    setText(text);
    keepDraft(draftName, text === (stored ?? standard) ? null : text);
  };
  const payloads = usePayloads(integration, example);
  const { value: payload, problem } = parsed(payloads.text);
  const preview = useLatePreview({ id: integration.id, name: info.name, body: draft, payload, isBroken: problem !== null });
  const isChanged = draft !== (stored ?? standard);
  const save = useMutation({
    mutationFn: (value: string | null) =>
      api.patch('/integrations/{id}', { path: { id: integration.id }, body: { templates: changeOf(info, value) } }),
    onSuccess: async (_answer, value) => {
      await client.invalidateQueries({ queryKey: integrationQuery(integration.id).queryKey });
      if (value === null) setText(standard);
      keepDraft(draftName, null);
      setFormer(null);
      showToast({ kind: 'done', text: value === null ? `${info.label}: the default again` : `${info.label} saved` });
    },
  });
  const leaving = useBlocker({
    shouldBlockFn: () => isChanged && !save.isPending && forbidden === null,
    enableBeforeUnload: isChanged,
    withResolver: true,
  });
  const submit = () => {
    if (isChanged && forbidden === null && !save.isPending) save.mutate(draft === standard ? null : draft);
  };
  useShortcuts([{ keys: 'mod+s', label: 'Save the template', group: 'Templates', whileTyping: true, run: submit }]);
  return (
    <div className="space-y-5">
      <ConfirmDialog
        open={leaving.status === 'blocked'}
        onClose={() => leaving.reset?.()}
        title="Leave without saving?"
        confirmLabel="Leave"
        onConfirm={() => leaving.proceed?.()}
      >
        <p>The template is not saved. What you typed is kept in this browser for seven days, and offered when you come back.</p>
      </ConfirmDialog>
      <Card
        title={info.label}
        flush
        actions={
          <>
            {stored !== null && (
              <Button size="small" disabledReason={forbidden} onClick={() => save.mutate(null)}>
                Reset to default
              </Button>
            )}
            <Button
              size="small"
              kind="primary"
              pending={save.isPending}
              disabledReason={forbidden ?? (isChanged ? null : 'Nothing is changed')}
              onClick={submit}
            >
              Save
            </Button>
          </>
        }
      >
        <p className="px-4 pt-3 text-muted">{info.purpose}</p>
        {former !== null && (
          <div
            role="status"
            className="mx-4 mt-3 flex flex-wrap items-center gap-2 rounded-md bg-accent-soft px-3 py-2 text-accent"
          >
            <span className="flex-1">
              You left a draft that was not saved, <Time value={former.at} />.
            </span>
            <Button
              size="small"
              onClick={() => {
                setDraft(former.text);
                setFormer(null);
              }}
            >
              Restore draft
            </Button>
            <Button
              size="small"
              onClick={() => {
                keepDraft(draftName, null);
                setFormer(null);
              }}
            >
              Discard
            </Button>
          </div>
        )}
        <div className="m-3 h-56 overflow-hidden rounded-md border border-line">
          <Suspense fallback={<Skeleton className="h-full w-full" />}>
            <JinjaEditor
              label={`Template: ${info.label}`}
              value={draft}
              onChange={setDraft}
              payload={payload}
              error={preview.error}
              readOnly={forbidden !== null}
            />
          </Suspense>
        </div>
        {save.error !== null && (
          <p role="alert" className="px-4 pb-3 text-danger">
            {errorText(save.error)}
          </p>
        )}
      </Card>
      <div className="grid grid-cols-1 gap-5 xl:grid-cols-2">
        <Card title="Payload">
          <div className="space-y-3">
            <Select label="Try it on" options={payloads.options} value={payloads.id} onChange={payloads.choose} />
            <TextArea
              label="JSON"
              mono
              rows={14}
              spellCheck={false}
              value={payloads.text}
              onChange={payloads.paste}
              error={problem}
            />
          </div>
        </Card>
        <Card title="Result">
          <div aria-live="polite" aria-busy={preview.isPending}>
            {preview.verdict !== null && (
              <p className="mb-2">
                <Badge tone={preview.verdict ? 'ok' : 'quiet'}>{preview.verdict ? 'true' : 'false'}</Badge>
              </p>
            )}
            <pre
              dir="auto"
              className={cx(
                'font-mono text-[0.9rem] whitespace-pre-wrap [overflow-wrap:anywhere]',
                preview.error !== null && 'text-danger',
              )}
            >
              {preview.text === '' ? <span className="font-sans text-muted">Nothing</span> : preview.text}
            </pre>
          </div>
        </Card>
      </div>
    </div>
  );
}

import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useBlocker } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { api, errorText, type Integration, useForbidden } from '../../../api/index.ts';
import { type Draft, keepDraft, readDraft } from '../../../lib/drafts.ts';
import { useShortcuts } from '../../../lib/keyboard.tsx';
import { Badge, Button, Card, ConfirmDialog, cx, Page, Select, Skeleton, showToast, TextArea, Time } from '../../../ui/index.ts';
import { integrationQuery, type Templates, typeQuery } from '../queries.ts';
import { templatesRoute } from '../routes.ts';
import {
  changeOf,
  MULTI_LABEL,
  readTemplate,
  storedTemplates,
  TEMPLATES,
  type TemplateInfo,
  VERDICTS,
} from './template-names.ts';
import { useLatePreview } from './use-late-preview.ts';
import { type Payloads, usePayloads } from './use-payloads.ts';

const JinjaEditor = lazy(() => import('./JinjaEditor.tsx'));

/** All templates of an integration: what each makes of a received or pasted payload. */
export function TemplatesPage() {
  const { id } = templatesRoute.useParams();
  const { template, payload } = templatesRoute.useSearch();
  const navigate = templatesRoute.useNavigate();
  const { data: integration } = useSuspenseQuery(integrationQuery(id));
  const { data: type } = useSuspenseQuery(typeQuery(integration.type));
  const chosen = TEMPLATES.find(({ name }) => name === template) ?? TEMPLATES[0];
  const stored = storedTemplates(integration);
  const payloads = usePayloads(integration, type.demo_alert_payload, payload, (one) => {
    void navigate({ search: (old) => ({ ...old, payload: one }) });
  });
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
          payloads={payloads}
        />
      </div>
    </Page>
  );
}

/** Scrolls the list that an entry is in to it, and nothing else: where the list is short, the chosen one may be below its end. */
function bringIntoView(entry: HTMLElement | null): void {
  const list = entry?.closest('nav');
  if (entry == null || list == null) return;
  const [its, lists] = [entry.getBoundingClientRect(), list.getBoundingClientRect()];
  if (its.top < lists.top || its.bottom > lists.bottom) list.scrollTop += its.top - lists.top - (lists.height - its.height) / 2;
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
                  {...(info === chosen ? { ref: bringIntoView } : {})}
                  from={templatesRoute.fullPath}
                  search={(old) => ({ ...old, template: info.name })}
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

type EditorProps = {
  integration: Integration;
  info: TemplateInfo;
  stored: string | null;
  standard: string;
  payloads: Payloads;
};

const templateOf = (search: object): unknown => ('template' in search ? search.template : undefined);

function TemplateEditor({ integration, info, stored, standard, payloads }: EditorProps) {
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
  const { value: payload, problem } = payloads;
  const preview = useLatePreview({
    id: integration.id,
    name: info.name,
    body: draft,
    payload,
    isBroken: problem !== null || payloads.isPending,
  });
  const isChanged = draft !== (stored ?? standard);
  const save = useMutation({
    mutationFn: (value: string | null) =>
      api.patch('/integrations/{id}', { path: { id: integration.id }, body: changeOf(info, value) }),
    onSuccess: async (_answer, value) => {
      await client.invalidateQueries({ queryKey: integrationQuery(integration.id).queryKey });
      if (value === null) setText(standard);
      keepDraft(draftName, null);
      setFormer(null);
      showToast({ kind: 'done', text: value === null ? `${info.label}: the default again` : `${info.label} saved` });
    },
  });
  const leaving = useBlocker({
    // Another payload is another address of the same draft.
    shouldBlockFn: ({ current, next }) =>
      isChanged &&
      !save.isPending &&
      forbidden === null &&
      !(next.pathname === current.pathname && templateOf(next.search) === templateOf(current.search)),
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
            {payloads.isLost && (
              <p role="status" className="rounded-md bg-warn-soft px-3 py-2 text-warn">
                The alert group of this address is gone, or not yours to see. This is another payload.
              </p>
            )}
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
            <Meaning info={info} integration={integration} verdict={preview.verdict} isJsonObject={preview.isJsonObject} />
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

type MeaningProps = { info: TemplateInfo; integration: Integration; verdict: boolean | null; isJsonObject: boolean | null };

/** What a result leads to, where it is a yes or no, or has to be of a certain form. */
function Meaning({ info, integration, verdict, isJsonObject }: MeaningProps) {
  if (info.name === MULTI_LABEL && isJsonObject === false)
    return (
      <p className="mb-2 flex flex-wrap items-center gap-2">
        <Badge tone="danger" icon={<CircleAlert className="size-3" aria-hidden />}>
          invalid
        </Badge>
        This is not a JSON object: alert groups get no labels of it.
      </p>
    );
  if (verdict === null) return null;
  const words = VERDICTS[info.name];
  const isOff = info.name === 'resolve_condition' && verdict && !integration.allow_source_based_resolving;
  return (
    <p className="mb-2 flex flex-wrap items-center gap-2">
      <Badge tone={verdict ? 'ok' : 'quiet'}>{verdict ? 'true' : 'false'}</Badge>
      {isOff ? 'It will not resolve its alert group: alerts of this integration may not.' : verdict ? words?.yes : words?.no}
    </p>
  );
}

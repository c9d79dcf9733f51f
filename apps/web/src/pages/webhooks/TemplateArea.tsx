import { useMutation } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { useId } from 'react';
import { api, errorText } from '../../api/index.ts';
import { Badge, Button, CodeBox, TextArea } from '../../ui/index.ts';

/** `POST /webhooks/{id}/preview_template`; null: there was nothing to render. */
type Preview = { preview: string | null; is_truthy?: boolean; warnings?: string[] };

type Props = {
  /** Whose template it is; `new` before it is saved. */
  webhookId: string;
  /** The field's name in the API. */
  name: 'headers' | 'data' | 'trigger_template';
  label: string;
  hint: string;
  placeholder: string;
  rows: number;
  value: string;
  onChange: (value: string) => void;
  /** What the server said of it when it was saved. */
  error: string | undefined;
};

/** What is wrong with headers as they would go out; null when nothing. */
function headersProblem(text: string): string | null {
  try {
    const headers: unknown = JSON.parse(text);
    const isObject = typeof headers === 'object' && headers !== null && !Array.isArray(headers);
    return isObject && Object.values(headers).every((value) => typeof value === 'string')
      ? null
      : 'Headers must be a JSON object of texts, such as {"X-Queue": "night"}.';
  } catch (error) {
    if (error instanceof SyntaxError) return `Headers must be a JSON object: ${error.message}.`;
    throw error;
  }
}

/** A template of a webhook, and what it renders to for the newest alert group. */
export function TemplateArea({ webhookId, name, label, value, onChange, error, ...rest }: Props) {
  const id = useId();
  const preview = useMutation({
    mutationFn: (template: string): Promise<Preview> =>
      api.post('/webhooks/{id}/preview_template', {
        path: { id: webhookId },
        body: { template_name: name, template_body: template },
      }),
  });
  const text = preview.data?.preview ?? null;
  // Without an alert group there is nothing to render it with, and it comes back as it is.
  const isRaw = text === value && /\{[{%]/.test(value);
  const problem = name === 'headers' && text !== null && !isRaw ? headersProblem(text) : null;
  const warnings = problem === null ? (preview.data?.warnings ?? []) : [];
  return (
    <div>
      <TextArea
        {...rest}
        label={label}
        optional
        mono
        spellCheck={false}
        value={value}
        onChange={(next) => {
          onChange(next);
          preview.reset(); // it told of another text
        }}
        error={problem ?? error ?? (preview.error === null ? undefined : errorText(preview.error))}
      />
      {value.trim() !== '' && (
        <Button
          size="small"
          className="mt-2"
          icon={<Eye className="size-4" aria-hidden />}
          pending={preview.isPending}
          aria-label={`Preview ${label.toLowerCase()}`}
          onClick={() => preview.mutate(value)}
        >
          Preview
        </Button>
      )}
      <div aria-live="polite">
        {text !== null && (
          <section aria-labelledby={id} className="mt-2 rounded-md border border-line px-2.5 py-2">
            <h3 id={id} className="mb-1 flex items-center gap-2 text-[0.93rem] text-muted">
              {label}, rendered
              {preview.data?.is_truthy !== undefined && (
                <Badge tone={preview.data.is_truthy ? 'ok' : 'quiet'}>{preview.data.is_truthy ? 'called' : 'not called'}</Badge>
              )}
            </h3>
            <CodeBox text={text} className="max-h-48" />
            {isRaw && <p className="mt-1 text-muted">There is no alert group yet to fill it in from.</p>}
            {warnings.map((warning) => (
              <p key={warning} className="mt-1 text-warn">
                {warning}
              </p>
            ))}
          </section>
        )}
      </div>
    </div>
  );
}

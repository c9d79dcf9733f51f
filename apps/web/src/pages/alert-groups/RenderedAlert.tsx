import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import type { Alert } from '../../api/types.ts';
import { renderedQuery } from '../../features/alert-groups/queries.ts';
import { Card, Skeleton, Time } from '../../ui/index.ts';
import { LabelsTable } from './LabelsTable.tsx';

const isWebAddress = (text: string): boolean => /^https?:\/\//i.test(text);

/** The message of an alert as the integration's templates make it, with its image. */
export function RenderedAlert({ alert, isLast }: { alert: Alert; isLast: boolean }) {
  const { data, isError } = useQuery(renderedQuery(alert.id));
  return (
    <Card
      title={isLast ? 'Last alert' : 'Chosen alert'}
      actions={
        <span className="text-[0.93rem] text-muted">
          <Time value={alert.created_at} />
        </span>
      }
    >
      {data === undefined && !isError && (
        <div role="status" aria-label="Rendering" className="space-y-2">
          <Skeleton className="h-4 w-2/3" />
          <Skeleton className="h-4 w-full" />
          <Skeleton className="h-4 w-1/2" />
        </div>
      )}
      {isError && <p className="text-muted">The message could not be rendered. The payload below is what came in.</p>}
      {data !== undefined && (
        <div className="space-y-3">
          {data.template_errors.map(({ template, error }) => (
            <p key={template} className="flex items-start gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
              <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
              <span className="min-w-0 [overflow-wrap:anywhere]">
                The template {template} fails, so the default is shown. {error}
              </span>
            </p>
          ))}
          {data.message_html === null || data.message_html === '' ? (
            <p className="text-muted">No message.</p>
          ) : (
            // biome-ignore lint/security/noDangerouslySetInnerHtml: the server made it from Markdown and escaped all HTML in it
            <div dir="auto" className="rendered" dangerouslySetInnerHTML={{ __html: data.message_html }} />
          )}
          {data.image_url !== null && isWebAddress(data.image_url) && (
            <a href={data.image_url} target="_blank" rel="noopener noreferrer nofollow" className="block">
              <img
                src={data.image_url}
                alt="Attached to the alert"
                loading="lazy"
                referrerPolicy="no-referrer"
                className="max-h-96 rounded-md border border-line"
              />
            </a>
          )}
          <LabelsTable payload={alert.payload} />
        </div>
      )}
    </Card>
  );
}

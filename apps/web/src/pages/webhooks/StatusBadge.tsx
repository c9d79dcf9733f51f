import { Check, CircleOff, TriangleAlert, X } from 'lucide-react';
import type { Webhook } from '../../api/index.ts';
import { Badge } from '../../ui/index.ts';
import { statusText } from './webhook-text.ts';

/** The status of an answer. */
export function StatusBadge({ code }: { code: number | null }) {
  const { word, tone } = statusText(code);
  const Icon = tone === 'ok' ? Check : X;
  return (
    <Badge tone={tone} icon={<Icon className="size-3" aria-hidden />}>
      {word}
    </Badge>
  );
}

/** Whether it is called at all, and whether it has failed for long. */
export function StateBadges({ webhook }: { webhook: Webhook }) {
  return (
    <span className="flex flex-wrap gap-1">
      {webhook.is_webhook_enabled ? (
        <Badge tone="ok" icon={<Check className="size-3" aria-hidden />}>
          enabled
        </Badge>
      ) : (
        <Badge tone="quiet" icon={<CircleOff className="size-3" aria-hidden />}>
          disabled
        </Badge>
      )}
      {webhook.health?.is_unhealthy === true && (
        <Badge tone="danger" icon={<TriangleAlert className="size-3" aria-hidden />}>
          {webhook.health.failures_in_row} failures in a row
        </Badge>
      )}
    </span>
  );
}

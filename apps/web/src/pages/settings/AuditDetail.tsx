import { Link } from '@tanstack/react-router';
import { Drawer, Facts, Time } from '../../ui/index.ts';
import type { AuditRecord } from './audit-query.ts';

const show = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2);

/** One record, with every changed value before and after. */
export function AuditDetail({ record, onClose }: { record: AuditRecord | null; onClose: () => void }) {
  if (record === null) return null;
  const { resource, diff } = record;
  const keys = [...new Set([...Object.keys(diff.before ?? {}), ...Object.keys(diff.after ?? {})])];
  return (
    <Drawer open onClose={onClose} title={`Record ${record.id}`} width="wide">
      <Facts
        facts={[
          ['Time', <Time key="at" value={record.at} show="full" />],
          ['Who', `${record.actor.name || record.actor.type} (${record.actor.type.replaceAll('_', ' ')})`],
          ['By way of', [record.via, record.ip, record.user_agent].filter(Boolean).join(' · ')],
          ['Action', `${record.action_type} ${record.action_name}`.replaceAll('_', ' ')],
          [
            'Object',
            resource === null ? (
              '–'
            ) : (
              <Link
                key="history"
                to="/settings/audit"
                search={{ resource_type: resource.type, resource_id: resource.id }}
                onClick={onClose}
                className="text-accent underline underline-offset-2"
              >
                {`${resource.type.replaceAll('_', ' ')} ${resource.name || resource.id}: its history`}
              </Link>
            ),
          ],
          ['Request', record.request_id ?? '–'],
          ...(record.note === null ? [] : [['Note', record.note] as const]),
        ]}
      />
      {keys.length > 0 && (
        <div className="mt-5 overflow-x-auto rounded-lg border border-line">
          <table className="w-full text-left">
            <caption className="sr-only">Changed values</caption>
            <thead>
              <tr className="border-b border-line text-muted">
                {['Field', 'Before', 'After'].map((header) => (
                  <th key={header} scope="col" className="px-3 py-2 font-medium">
                    {header}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line align-top">
              {keys.map((key) => (
                <tr key={key}>
                  <th scope="row" className="px-3 py-2 font-medium">
                    {key.replaceAll('_', ' ')}
                  </th>
                  {[diff.before?.[key], diff.after?.[key]].map((value, at) => (
                    <td key={at === 0 ? 'before' : 'after'} className="px-3 py-2">
                      <pre dir="auto" className="font-mono text-[0.9rem] whitespace-pre-wrap [overflow-wrap:anywhere]">
                        {show(value)}
                      </pre>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Drawer>
  );
}

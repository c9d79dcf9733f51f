import { ChevronRight } from 'lucide-react';
import { memo, useState } from 'react';
import { CopyButton, cx } from '../../ui/index.ts';

const MOST_CHILDREN = 200;
const LONG_TEXT = 2_000;
const OPEN_DEPTH = 2;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isBranch = (value: unknown): value is Record<string, unknown> | unknown[] => Array.isArray(value) || isRecord(value);

/** How a template reaches a key: `payload.labels.job`, `payload["a b"]`, `payload.alerts[0]`. */
const step = (path: string, key: string | number): string =>
  typeof key === 'number' ? `${path}[${key}]` : /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

function matches(value: unknown, name: string, search: string): boolean {
  if (search === '') return true;
  if (name.toLowerCase().includes(search)) return true;
  if (isBranch(value)) return Object.entries(value).some(([key, one]) => matches(one, key, search));
  return String(value).toLowerCase().includes(search);
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  const text = typeof value === 'string' ? value : String(value);
  const cut = text.length > LONG_TEXT && !whole;
  const colour = typeof value === 'string' ? 'text-ok' : value === null ? 'text-muted' : 'text-accent';
  return (
    <>
      <bdi className={cx('whitespace-pre-wrap [overflow-wrap:anywhere]', colour)}>
        {cut ? `${text.slice(0, LONG_TEXT)}…` : text}
      </bdi>
      {cut && (
        <button type="button" className="ml-2 text-accent underline" onClick={() => setWhole(true)}>
          show all {text.length.toLocaleString('en-GB')} characters
        </button>
      )}
    </>
  );
}

type NodeProps = { name: string | number; value: unknown; path: string; depth: number; search: string };

const Node = memo(function Node({ name, value, path, depth, search }: NodeProps) {
  const [open, setOpen] = useState(depth < OPEN_DEPTH);
  const branch = isBranch(value);
  const shown = open || search !== '';
  const children = branch ? (Array.isArray(value) ? value.map((one, at) => [at, one] as const) : Object.entries(value)) : [];
  const visible = children.filter(([key, one]) => matches(one, String(key), search));
  return (
    <li>
      <div className="group/node flex items-start gap-1 rounded hover:bg-hover">
        {branch ? (
          <button
            type="button"
            aria-expanded={shown}
            onClick={() => setOpen(!open)}
            className="flex min-w-0 items-start gap-0.5 text-left"
          >
            <ChevronRight
              className={cx('mt-1 size-3.5 shrink-0 text-muted transition-transform', shown && 'rotate-90')}
              aria-hidden
            />
            <span>
              {name}
              <span className="text-muted"> {Array.isArray(value) ? `[${value.length}]` : `{${children.length}}`}</span>
            </span>
          </button>
        ) : (
          <span className="min-w-0 pl-4">
            {name}: <Leaf value={value} />
          </span>
        )}
        <span className="ml-auto flex shrink-0 opacity-0 group-focus-within/node:opacity-100 group-hover/node:opacity-100 pointer-coarse:opacity-100">
          <CopyButton text={asText(value)} label={`Copy value of ${path}`} />
          <CopyButton text={path} label={`Copy template path ${path}`} />
        </span>
      </div>
      {branch && shown && visible.length > 0 && (
        <ul className="ml-1.5 border-l border-line pl-3">
          {visible.slice(0, MOST_CHILDREN).map(([key, one]) => (
            <Node key={key} name={key} value={one} path={step(path, key)} depth={depth + 1} search={search} />
          ))}
          {visible.length > MOST_CHILDREN && (
            <li className="pl-4 text-muted">{visible.length - MOST_CHILDREN} more. Copy the payload to see them.</li>
          )}
        </ul>
      )}
    </li>
  );
});

/** A payload as a tree to look through; each value and its path for templates can be copied. */
export function JsonTree({ value, search = '' }: { value: unknown; search?: string }) {
  return (
    <ul className="font-mono text-[0.9rem] leading-relaxed">
      <Node name="payload" value={value} path="payload" depth={0} search={search.trim().toLowerCase()} />
    </ul>
  );
}

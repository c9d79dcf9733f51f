import { Check, Copy } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from './Button.tsx';
import { showToast } from './toasts.ts';

const SHOWN_MS = 1_500;

/** Copies text and says so. Over plain http the browser has no clipboard interface; then the text is selected through a field. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (!done) throw new Error('The browser did not allow copying.');
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    try {
      await copyText(text);
      setCopied(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setCopied(false), SHOWN_MS);
    } catch (error) {
      showToast({ kind: 'failed', text: 'Could not copy', detail: error instanceof Error ? error.message : String(error) });
    }
  };
  const icon = copied ? <Check className="size-4 text-ok" aria-hidden /> : <Copy className="size-4" aria-hidden />;
  return (
    <>
      <IconButton label={label} size="small" icon={icon} onClick={() => void copy()} />
      <span role="status" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </>
  );
}

/** Text in a box that is there to be copied: an address, a command. */
export function CopyField({ text, label, multiline = false }: { text: string; label: string; multiline?: boolean }) {
  return (
    <div className="flex items-start gap-1 rounded-md border border-line bg-sunken py-0.5 pr-0.5 pl-2.5">
      <code
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach what scrolls
        tabIndex={0}
        className={`min-w-0 flex-1 py-1 font-mono text-[0.9rem] ${multiline ? 'whitespace-pre-wrap [overflow-wrap:anywhere]' : 'overflow-x-auto whitespace-nowrap'}`}
      >
        {text}
      </code>
      <CopyButton text={text} label={`Copy ${label}`} />
    </div>
  );
}

import { cx } from './class-names.ts';

/** A payload or an answer as it is, in a box that scrolls. `className` says how high it gets, and its looks. */
export function CodeBox({ text, className }: { text: string; className: string }) {
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach what scrolls
      tabIndex={0}
      dir="auto"
      className={cx('overflow-auto font-mono text-[0.86rem] whitespace-pre-wrap [overflow-wrap:anywhere]', className)}
    >
      {text}
    </pre>
  );
}

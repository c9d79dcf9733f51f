import { cx } from './class-names.ts';

/** Hues that stay apart for colour-blind eyes; a person keeps theirs in every view. */
const HUES = [265, 205, 155, 95, 55, 25, 345, 305];

export function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return HUES[hash % HUES.length] ?? 265;
}

const initials = (name: string): string =>
  name
    .split(/[\s._-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('');

/** A person as a coloured disc with initials. The name must stand beside it, or `label` says who it is, and why they are there. */
export function Avatar({
  id,
  name,
  size = 'medium',
  label,
}: {
  id: string;
  name: string;
  size?: 'small' | 'medium' | 'large';
  label?: string;
}) {
  const hue = hueOf(id);
  return (
    <span
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label, title: label })}
      style={{ background: `oklch(0.42 0.09 ${hue})`, color: 'oklch(0.98 0.01 265)' }}
      className={cx(
        'inline-flex shrink-0 items-center justify-center rounded-full font-medium select-none',
        { small: 'size-5 text-[0.68rem]', medium: 'size-7 text-[0.8rem]', large: 'size-10 text-base' }[size],
      )}
    >
      {initials(name)}
    </span>
  );
}

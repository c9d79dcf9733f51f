import { cx } from './class-names.ts';

/** Hues that stay apart for colour-blind eyes, each in two depths; a person keeps theirs in every view. */
const HUES = [265, 225, 195, 155, 125, 95, 60, 25, 345, 305];
const DEPTHS = [0.45, 0.35];

/** FNV-1a, with its bits mixed at the end: ids that differ by little come far apart. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The colour of a person, and that of text on it. */
export function personColour(id: string): { background: string; color: string } {
  const hash = hashOf(id);
  const hue = HUES[hash % HUES.length] ?? 265;
  const depth = DEPTHS[Math.floor(hash / HUES.length) % DEPTHS.length] ?? 0.45;
  return { background: `oklch(${depth} 0.095 ${hue})`, color: 'oklch(0.98 0.01 265)' };
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
  return (
    <span
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label, title: label })}
      style={personColour(id)}
      className={cx(
        'inline-flex shrink-0 items-center justify-center rounded-full font-medium select-none',
        { small: 'size-5 text-[0.68rem]', medium: 'size-7 text-[0.8rem]', large: 'size-10 text-base' }[size],
      )}
    >
      {initials(name)}
    </span>
  );
}

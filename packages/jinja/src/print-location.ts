/** Lines shown before the faulty one. */
const LINES_BEFORE = 1;
/** Longer lines are cut around the column, so that a minified template does not fill the screen. */
const WIDTH = 120;

/**
 * The faulty line of a source, the one before it, and a caret below the column. Line and column count from 1.
 *
 * ```text
 * 2 | {% for a in payload.alerts %}
 * 3 | {{ a. }}
 *   |       ^
 * ```
 */
export function printLocation(source: string, line: number, column?: number): string {
  const lines = source.split(/\r\n|\r|\n/);
  const first = Math.max(1, line - LINES_BEFORE);
  const gutter = String(line).length;
  const start = column !== undefined && column > WIDTH ? column - Math.floor(WIDTH / 2) : 0;
  const printed: string[] = [];
  for (let number = first; number <= line; number++) {
    const text = (lines[number - 1] ?? '').slice(start, start + WIDTH).replaceAll('\t', ' ');
    printed.push(`${String(number).padStart(gutter)} | ${text}`.trimEnd());
  }
  if (column !== undefined) printed.push(`${' '.repeat(gutter)} | ${' '.repeat(Math.max(0, column - 1 - start))}^`);
  return printed.join('\n');
}

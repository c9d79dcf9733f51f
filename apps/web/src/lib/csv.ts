/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A line of CSV (RFC 4180). Values that a spreadsheet would run get a quote in front. */
export const csvLine = (values: readonly (string | number | null)[]): string =>
  `${values
    .map((value) => {
      const text = value === null ? '' : String(value);
      const harmless = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text;
      return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
    })
    .join(',')}\r\n`;

/** Lets the browser save lines as a table whose name ends with today's date. */
export function downloadCsv(name: string, lines: readonly string[]): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([...lines], { type: 'text/csv;charset=utf-8' }));
  link.download = `${name}-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A line of CSV (RFC 4180). Values that a spreadsheet would run get a quote in front. */
export const csvRow = (values: readonly (string | null)[]): string => `${values.map(csvValue).join(',')}\r\n`;

function csvValue(value: string | null): string {
  if (value === null) return '';
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The parts of a feed that matter, each as the lines of its own, unfolded. */
export type FeedParts = {
  /** Lines of the calendar itself. */
  readonly header: readonly string[];
  readonly events: readonly (readonly string[])[];
  readonly timezones: readonly string[];
};

export type SplitResult = { readonly ok: true; readonly parts: FeedParts } | { readonly ok: false; readonly message: string };

/** Property names of a VEVENT that are read; leaving out the rest keeps odd lines elsewhere from doing harm. */
const EVENT_PROPERTIES =
  /^(UID|SEQUENCE|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|STATUS|SUMMARY|DESCRIPTION|ATTENDEE|PRIORITY|LAST-MODIFIED)[;:]/i;

/**
 * Splits a feed into its components. One VCALENDAR, complete to its END line, is required: half a download would put
 * people off call. Everything but VEVENT and VTIMEZONE is skipped, alarms inside events too.
 */
export function splitFeed(text: string, maxEvents: number): SplitResult {
  const header: string[] = [];
  const events: string[][] = [];
  const timezones: string[] = [];
  const open: string[] = [];
  let calendars = 0;
  let timezone: string[] = [];
  for (const line of unfold(text)) {
    const [, edge, rawName] = /^(BEGIN|END)\s*:\s*([^\s:;]+)\s*$/i.exec(line) ?? [];
    const name = rawName?.toUpperCase();
    if (edge?.toUpperCase() === 'BEGIN' && name !== undefined) {
      if (open.length === 0 && (name !== 'VCALENDAR' || calendars++ > 0)) return refuse('expected exactly one VCALENDAR');
      if (name === 'VEVENT' && open.length === 1 && events.push([]) > maxEvents) return refuse(`more than ${maxEvents} events`);
      if (name === 'VTIMEZONE' && open.length === 1) timezone = [];
      open.push(name);
      if (open[1] === 'VTIMEZONE') timezone.push(line);
      continue;
    }
    if (name !== undefined) {
      if (open.pop() !== name) return refuse(`unexpected END:${name}`);
      if (open[0] === 'VCALENDAR' && (open[1] ?? name) === 'VTIMEZONE') timezone.push(line);
      if (name === 'VTIMEZONE' && open.length === 1) timezones.push(timezone.join('\r\n'));
      continue;
    }
    if (open.length === 0 && line.trim() !== '') return refuse('text outside of the calendar');
    if (open.length === 1) header.push(line);
    else if (open[1] === 'VEVENT' && open.length === 2 && EVENT_PROPERTIES.test(line)) events.at(-1)?.push(line);
    else if (open[1] === 'VTIMEZONE') timezone.push(line);
  }
  if (calendars !== 1 || open.length > 0) return refuse(calendars === 0 ? 'no VCALENDAR' : 'the calendar is not complete');
  return { ok: true, parts: { header, events, timezones } };
}

const refuse = (message: string): SplitResult => ({ ok: false, message });

/** Logical lines: continuation lines joined (RFC 5545, 3.1), any line ending, byte order mark dropped. */
function unfold(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    if ((line.startsWith(' ') || line.startsWith('\t')) && lines.length > 0) lines[lines.length - 1] += line.slice(1);
    else lines.push(line);
  }
  return lines.filter((line) => line !== '');
}

/** Value of a header line such as X-WR-TIMEZONE; null when absent or empty. */
export function headerValue(header: readonly string[], name: string): string | null {
  const line = header.find((candidate) => candidate.toUpperCase().startsWith(name) && /[;:]/.test(candidate.charAt(name.length)));
  const value = line?.slice(line.indexOf(':') + 1).trim() ?? '';
  return value === '' ? null : value.replace(/\\([\\;,])/g, '$1');
}

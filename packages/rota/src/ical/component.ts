import ICAL from 'ical.js';

/** A property as ical.js parses it (jCal, RFC 7265): name, parameters, value type, then the values. */
export type Property = {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly type: string;
  readonly values: readonly unknown[];
};

export type Component = {
  readonly name: string;
  readonly properties: readonly Property[];
  readonly children: readonly Component[];
};

/** Parses the text of one component. Throws whatever ical.js throws when a line cannot be read. */
const parseComponent = (text: string): Component => fromJcal(ICAL.parse(text));

function fromJcal(jcal: unknown): Component {
  const [name, properties, children] = jcal as [string, unknown[][], unknown[]];
  return { name, properties: properties.map(propertyOf), children: children.map(fromJcal) };
}

function propertyOf([name, parameters, type, ...values]: unknown[]): Property {
  const entries = Object.entries(parameters as Record<string, unknown>);
  return {
    name: name as string,
    parameters: new Map(entries.map(([key, value]) => [key, String(value)])),
    type: type as string,
    values,
  };
}

export const propertiesOf = (component: Component, name: string): Property[] =>
  component.properties.filter((p) => p.name === name);

/** The text of a property's first value, trimmed; empty when there is none. */
export function textOf(component: Component, name: string): string {
  const value = component.properties.find((property) => property.name === name)?.values[0];
  return value === undefined || value === null ? '' : String(value).trim();
}

export type ParsedEvent = { readonly component: Component; readonly badLines: readonly string[] };

/** Parses the lines of a VEVENT at once; when one is broken, line by line, so that it costs only itself. */
export function parseEvent(lines: readonly string[]): ParsedEvent {
  const whole = readComponent(wrapEvent(lines));
  if (whole !== null) return { component: whole, badLines: [] };
  const isReadable = (line: string): boolean => readComponent(wrapEvent([line])) !== null;
  return { component: parseComponent(wrapEvent(lines.filter(isReadable))), badLines: lines.filter((line) => !isReadable(line)) };
}

const wrapEvent = (lines: readonly string[]): string => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');

/** As `parseComponent`, but null when a line cannot be read. */
export function readComponent(text: string): Component | null {
  try {
    return parseComponent(text);
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

import type { Option } from '../../ui/index.ts';
import { type GroupFilter, type ListFilter, PERIODS, STATE_WORDS, type StateWord } from './filter.ts';

/** Names that filters are written with, by the kind of thing. */
export type Choices = Readonly<Record<'team' | 'integration' | 'chain' | 'user', readonly Option[]>>;

type Word = { filter: ListFilter; kind: keyof Choices; without?: ListFilter };
const WORDS: Readonly<Record<string, Word>> = {
  team: { filter: 'team_id', kind: 'team', without: 'exclude_team_id' },
  integration: { filter: 'integration_id', kind: 'integration', without: 'exclude_integration_id' },
  chain: { filter: 'escalation_chain_id', kind: 'chain' },
  'acknowledged-by': { filter: 'acknowledged_by', kind: 'user' },
  'resolved-by': { filter: 'resolved_by', kind: 'user' },
  'silenced-by': { filter: 'silenced_by', kind: 'user' },
  paged: { filter: 'invitees_are', kind: 'user' },
  involves: { filter: 'involved_users_are', kind: 'user' },
};
const STATES: Readonly<Record<StateWord, string>> = {
  new: 'firing',
  acknowledged: 'acknowledged',
  silenced: 'silenced',
  resolved: 'resolved',
};
const LABEL = 'label.';

const quoted = (text: string): string => (/[\s"]/.test(text) || text === '' ? `"${text.replaceAll('"', '\\"')}"` : text);
const nameIn = (choices: readonly Option[], id: string): string => choices.find(({ value }) => value === id)?.label ?? id;

/** The filters as one line: `status:firing team:payments -label.env:dev crane`. */
export function toQueryText(filter: GroupFilter, choices: Choices): string {
  const parts: string[] = (filter.state ?? []).map((state) => `status:${STATES[state]}`);
  for (const [word, { filter: name, kind, without }] of Object.entries(WORDS)) {
    for (const id of filter[name] ?? []) parts.push(`${word}:${quoted(nameIn(choices[kind], id))}`);
    for (const id of without === undefined ? [] : (filter[without] ?? []))
      parts.push(`-${word}:${quoted(nameIn(choices[kind], id))}`);
  }
  const label = (sign: string, pair: string) => {
    const at = pair.indexOf(':');
    parts.push(`${sign}${LABEL}${pair.slice(0, at)}:${quoted(pair.slice(at + 1))}`);
  };
  for (const pair of filter.label ?? []) label('', pair);
  for (const pair of filter.exclude_label ?? []) label('-', pair);
  for (const id of filter.route_id ?? []) parts.push(`route:${id}`);
  if (filter.mine === 'true') parts.push('mine:yes');
  if (filter.with_resolution_note !== undefined) parts.push(`note:${filter.with_resolution_note === 'true' ? 'yes' : 'no'}`);
  if (filter.started_at !== undefined) parts.push(`started:${filter.started_at}`);
  if (filter.resolved_at !== undefined) parts.push(`resolved:${filter.resolved_at}`);
  if (filter.search !== undefined) parts.push(filter.search);
  return parts.join(' ');
}

const TOKEN = /(-?)([\w.-]+):("(?:[^"\\]|\\.)*"|\S*)|\S+/g;
const unquoted = (text: string): string =>
  text.startsWith('"') ? text.slice(1, text.length > 1 && text.endsWith('"') ? -1 : undefined).replaceAll('\\"', '"') : text;

export type ReadQuery = { ok: true; filter: GroupFilter } | { ok: false; error: string };

/** Reads what `toQueryText` writes. Words that are no filter are searched for. */
export function readQueryText(text: string, choices: Choices): ReadQuery {
  const filter: GroupFilter = {};
  const searched: string[] = [];
  const add = (name: ListFilter, value: string) => {
    filter[name] = [...new Set([...(filter[name] ?? []), value])];
  };
  for (const [whole, minus, name, raw] of text.matchAll(TOKEN)) {
    if (name === undefined || raw === undefined) {
      searched.push(whole);
      continue;
    }
    const value = unquoted(raw);
    const isLeftOut = minus === '-';
    if (value === '') return { ok: false, error: `“${whole}” has no value.` };
    if (name.startsWith(LABEL) && name.length > LABEL.length) {
      add(isLeftOut ? 'exclude_label' : 'label', `${name.slice(LABEL.length)}:${value}`);
      continue;
    }
    const word = WORDS[name];
    if (word !== undefined) {
      const known = choices[word.kind].find(
        (choice) => choice.value === value || choice.label.toLowerCase() === value.toLowerCase(),
      );
      if (known === undefined)
        return { ok: false, error: `There is no ${word.kind === 'user' ? 'person' : word.kind} “${value}”.` };
      const target = isLeftOut ? word.without : word.filter;
      if (target === undefined) return { ok: false, error: `“${name}” cannot be left out with a minus.` };
      add(target, known.value);
      continue;
    }
    const read = isLeftOut ? null : readSingle(name, value);
    if (read === null) searched.push(whole);
    else if (typeof read === 'string') return { ok: false, error: read };
    else if (read.state === undefined) Object.assign(filter, read);
    else
      filter.state = STATE_WORDS.filter(
        (state) => filter.state?.includes(state) === true || read.state?.includes(state) === true,
      );
    if (name === 'route') add('route_id', value);
  }
  if (searched.length > 0) filter.search = searched.join(' ');
  return { ok: true, filter };
}

/** Filters with one value; null: no filter has this name; a text: what is wrong. */
function readSingle(name: string, value: string): GroupFilter | string | null {
  switch (name) {
    case 'status': {
      const state = STATE_WORDS.find((word) => STATES[word] === value.toLowerCase() || word === value.toLowerCase());
      return state === undefined ? `A status is ${Object.values(STATES).join(', ')}.` : { state: [state] };
    }
    case 'mine':
      return /^(yes|true)$/i.test(value) ? { mine: 'true' } : {};
    case 'note':
      return { with_resolution_note: /^(yes|true)$/i.test(value) ? 'true' : 'false' };
    case 'started':
      return { started_at: value };
    case 'resolved':
      return { resolved_at: value };
    case 'route':
      return {};
    default:
      return null;
  }
}

/** Known values of labels by key, for completion. */
export type LabelValues = ReadonlyMap<string, readonly string[]>;
const MOST_SUGGESTED = 12;

/** The word that the caret stands in, and what it may become. */
export function suggest(text: string, caret: number, choices: Choices, labels: LabelValues): { from: number; options: string[] } {
  const before = text.slice(0, caret);
  const from = /(?:[\w.-]+:"[^"]*|\S*)$/.exec(before)?.index ?? caret;
  const typed = before.slice(from);
  const minus = typed.startsWith('-') ? '-' : '';
  const word = typed.slice(minus.length);
  const [name = '', value] = word.includes(':') ? [word.slice(0, word.indexOf(':')), word.slice(word.indexOf(':') + 1)] : [word];
  const fits = (option: string) => option.toLowerCase().includes((value ?? name).replaceAll('"', '').toLowerCase());
  if (value === undefined) {
    const names = [
      ...(minus === '' ? ['status:', 'mine:yes', 'note:yes', 'started:'] : []),
      ...Object.entries(WORDS).flatMap(([one, { without }]) => (minus === '' || without !== undefined ? [`${one}:`] : [])),
      ...[...labels.keys()].map((key) => `${LABEL}${key}:`),
    ];
    return {
      from,
      options:
        name === ''
          ? []
          : names
              .filter(fits)
              .slice(0, MOST_SUGGESTED)
              .map((one) => `${minus}${one}`),
    };
  }
  const values = valuesOf(name, choices, labels);
  return {
    from,
    options: values
      .filter(fits)
      .slice(0, MOST_SUGGESTED)
      .map((one) => `${minus}${name}:${quoted(one)}`),
  };
}

function valuesOf(name: string, choices: Choices, labels: LabelValues): readonly string[] {
  if (name === 'status') return Object.values(STATES);
  if (name === 'started') return PERIODS.map(([value]) => value);
  if (name === 'note') return ['yes', 'no'];
  if (name.startsWith(LABEL)) return labels.get(name.slice(LABEL.length)) ?? [];
  const word = WORDS[name];
  return word === undefined ? [] : choices[word.kind].map(({ label }) => label);
}

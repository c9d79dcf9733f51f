import type { Component } from './component.ts';
import { propertiesOf, textOf } from './component.ts';

/** What an event says about who has it, as written. */
export type EventTexts = { readonly summary: string; readonly description: string; readonly attendees: readonly string[] };

export type NamesAndLevel = { readonly names: readonly string[]; readonly level: number };

const LEVEL_MARK = /^\[L(\d+)\]\s*/;

export function textsOf(event: Component): EventTexts {
  const attendees = propertiesOf(event, 'attendee').map((property) => String(property.values[0] ?? '').trim());
  return { summary: textOf(event, 'summary'), description: textOf(event, 'description'), attendees };
}

/**
 * Up to three names: the whole summary, the whole description, and the attendee when there is just one. Each loses one
 * leading level mark; only the summary's mark sets the level.
 */
export function namesAndLevel(texts: EventTexts): NamesAndLevel {
  const attendee = texts.attendees.length === 1 ? (texts.attendees[0] ?? '').replace(/^mailto:/i, '') : '';
  const names = [texts.summary, texts.description, attendee].map((text) => text.trim().replace(LEVEL_MARK, '').trim());
  const mark = LEVEL_MARK.exec(texts.summary.trim())?.[1];
  const level = mark === undefined ? 0 : Math.min(Number(mark), Number.MAX_SAFE_INTEGER);
  return { names: [...new Set(names.filter((name) => name !== ''))], level };
}

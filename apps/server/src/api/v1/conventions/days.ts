import { single } from './pagination.ts';

const MOST_DAYS = 365;

/** The parameter `days` of a query, 1 to 365; anything else counts as left out. */
export function readDays(query: unknown, otherwise: number): number {
  const days = Number(single((query as Record<string, unknown>).days) ?? otherwise);
  return Number.isInteger(days) && days >= 1 && days <= MOST_DAYS ? days : otherwise;
}

import { type TSchema, Type } from 'typebox';
import type { Page, Window } from '../../../platform/db/page.ts';

/** Most rows that one page may hold. */
const MAX_PAGE_SIZE = 1000;

export const pageParameters = {
  page: Type.Optional(Type.String({ description: 'Page number from 1. Beyond the end: the last page.' })),
  perpage: Type.Optional(Type.String({ description: `Rows per page, at most ${MAX_PAGE_SIZE}.` })),
  cursor: Type.Optional(Type.String({ description: 'Pages by cursor: empty for the first, then as in `next`.' })),
};

/** What a list request asks for. Values that are no numbers count as absent, as clients expect. */
export function readWindow(query: Readonly<Record<string, unknown>>, defaultSize: number): Window {
  const size = Math.min(positive(query.perpage) ?? defaultSize, MAX_PAGE_SIZE);
  const cursor = single(query.cursor);
  if (cursor !== undefined) return { kind: 'cursor', cursor: cursor === '' ? null : cursor, size };
  return { kind: 'page', page: positive(query.page) ?? 1, size };
}

/** First value of a query parameter that may have been repeated. */
export const single = (value: unknown): string | undefined => {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
};

/** All values of a query parameter. */
export const repeated = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string');

function positive(value: unknown): number | undefined {
  const text = single(value)?.trim();
  if (text === undefined || !/^\+?\d{1,9}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= 1 ? number : undefined;
}

/** A page of a list that is short enough to be whole in memory. A cursor holds how many rows came before. */
export function pageOf<T>(all: readonly T[], window: Window): Page<T> {
  const { size } = window;
  if (window.kind === 'cursor') {
    const from = Math.max(0, Number.parseInt(window.cursor ?? '0', 10) || 0);
    return {
      kind: 'cursor',
      rows: all.slice(from, from + size),
      size,
      next: from + size < all.length ? String(from + size) : null,
      previous: from > 0 ? String(Math.max(0, from - size)) : null,
    };
  }
  const totalPages = Math.max(1, Math.ceil(all.length / size));
  const page = Math.min(window.page, totalPages);
  return { kind: 'page', rows: all.slice((page - 1) * size, page * size), count: all.length, page, size, totalPages };
}

/** The list envelope of http-api-alerting.md 1.7. `url` is the request's path and query below the public base URL. */
export function envelope(
  page: Page<unknown>,
  results: readonly unknown[],
  baseUrl: string,
  url: string,
): Record<string, unknown> {
  const link = (changes: Readonly<Record<string, string | null>>): string => {
    const at = new URL(`${baseUrl.replace(/\/+$/, '')}${url}`);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) at.searchParams.delete(name);
      else at.searchParams.set(name, value);
    }
    at.searchParams.sort();
    return at.toString();
  };
  if (page.kind === 'cursor') {
    return {
      next: page.next === null ? null : link({ cursor: page.next, page: null }),
      previous: page.previous === null ? null : link({ cursor: page.previous, page: null }),
      results,
      page_size: page.size,
    };
  }
  return {
    count: page.count,
    next: page.page < page.totalPages ? link({ page: String(page.page + 1) }) : null,
    previous: page.page > 1 ? link({ page: page.page === 2 ? null : String(page.page - 1) }) : null,
    results,
    current_page_number: page.page,
    page_size: page.size,
    total_pages: page.totalPages,
  };
}

/** Schema of a list's answer: pages by number, or by cursor without the counts. */
export const listOf = (item: TSchema): TSchema =>
  Type.Object({
    count: Type.Optional(Type.Integer()),
    next: Type.Union([Type.String(), Type.Null()]),
    previous: Type.Union([Type.String(), Type.Null()]),
    results: Type.Array(item),
    current_page_number: Type.Optional(Type.Integer()),
    page_size: Type.Integer(),
    total_pages: Type.Optional(Type.Integer()),
  });

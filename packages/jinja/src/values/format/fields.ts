import { valueError } from '../../errors.ts';

/** The grammar of `.format`: literal text, `{{`, `}}`, and fields `{name!conversion:spec}` whose specs may hold fields again. */

export type Field = { readonly name: string; readonly conversion: string | undefined; readonly spec: string };
export type Piece = { readonly literal: string; readonly field?: Field };

export function parseFields(template: string): Piece[] {
  const pieces: Piece[] = [];
  let literal = '';
  let at = 0;
  while (at < template.length) {
    const char = template[at] as string;
    at++;
    if (char !== '{' && char !== '}') {
      literal += char;
      continue;
    }
    if (template[at] === char) {
      literal += char;
      at++;
      continue;
    }
    if (char === '}') throw valueError("Single '}' encountered in format string");
    if (at >= template.length) throw valueError("Single '{' encountered in format string");
    const { field, end } = parseField(template, at);
    pieces.push({ literal, field });
    literal = '';
    at = end;
  }
  if (literal !== '') pieces.push({ literal });
  return pieces;
}

/** Reads a field from behind its brace; `end` is behind the closing one. */
function parseField(template: string, from: number): { field: Field; end: number } {
  let at = from;
  let inBrackets = false;
  for (; at < template.length; at++) {
    const char = template[at];
    if (char === '{') throw valueError("unexpected '{' in field name");
    if (char === '[') inBrackets = true;
    else if (char === ']') inBrackets = false;
    else if (!inBrackets && (char === '}' || char === ':' || char === '!')) break;
  }
  const name = template.slice(from, at);
  const stop = template[at];
  if (stop === undefined) throw valueError("expected '}' before end of string");
  if (stop === '}') return { field: { name, conversion: undefined, spec: '' }, end: at + 1 };
  let conversion: string | undefined;
  if (stop === '!') {
    conversion = Array.from(template.slice(at + 1, at + 3))[0];
    if (conversion === undefined) throw valueError('end of string while looking for conversion specifier');
    at += 1 + conversion.length;
    if (template[at] === undefined) throw valueError("unmatched '{' in format spec");
    if (template[at] === '}') return { field: { name, conversion, spec: '' }, end: at + 1 };
    if (template[at] !== ':') throw valueError("expected ':' after conversion specifier");
  }
  const end = closingBrace(template, at + 1);
  return { field: { name, conversion, spec: template.slice(at + 1, end) }, end: end + 1 };
}

function closingBrace(template: string, from: number): number {
  let open = 1;
  for (let at = from; at < template.length; at++) {
    if (template[at] === '{') open++;
    else if (template[at] === '}' && --open === 0) return at;
  }
  throw valueError(from >= template.length ? "expected '}' before end of string" : "unmatched '{' in format spec");
}

export type FieldName = {
  readonly first: string | number | bigint;
  readonly rest: readonly { readonly isAttribute: boolean; readonly key: string | number | bigint }[];
};

/** Takes `first.attribute[key]` apart; parts made of digits only are numbers. */
export function parseFieldName(name: string): FieldName {
  const firstEnd = name.search(/[.[]/);
  const first = firstEnd === -1 ? name : name.slice(0, firstEnd);
  const rest: { isAttribute: boolean; key: string | number | bigint }[] = [];
  let at = firstEnd === -1 ? name.length : firstEnd;
  while (at < name.length) {
    if (name[at] === '.') {
      const end = endOf(name, at + 1, /[.[]/);
      rest.push({ isAttribute: true, key: nonEmpty(name.slice(at + 1, end)) });
      at = end;
    } else if (name[at] === '[') {
      const end = name.indexOf(']', at);
      if (end === -1) throw valueError("Missing ']' in format string");
      rest.push({ isAttribute: false, key: placeOrName(nonEmpty(name.slice(at + 1, end))) });
      at = end + 1;
    } else {
      throw valueError("Only '.' or '[' may follow ']' in format field specifier");
    }
  }
  return { first: placeOrName(first), rest };
}

function endOf(name: string, from: number, stop: RegExp): number {
  const found = name.slice(from).search(stop);
  return found === -1 ? name.length : from + found;
}

function nonEmpty(part: string): string {
  if (part === '') throw valueError('Empty attribute in format string');
  return part;
}

function placeOrName(part: string): string | number {
  if (!/^\p{Nd}+$/u.test(part)) return part;
  const place = Number(part);
  if (part.length > 18 && place > 2 ** 63) throw valueError('Too many decimal digits in format string');
  return place;
}

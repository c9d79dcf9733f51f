import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { BYTE_ORDER_MARK } from './json-text.ts';

/** `isWholeBody`: the body's bytes are the text in UTF-8. `replaced`: some bytes were not in the charset. */
export type Decoded = { ok: true; text: string; replaced: boolean; isWholeBody: boolean } | { ok: false; message: string };

/**
 * The text of a body in its declared charset, without a byte order mark. Bytes that the charset does not have are replaced when
 * `replace` is set, else they are an error with Python's message.
 */
export function decodeBody(body: Buffer, charset: string, replace: boolean): Decoded {
  if (charset === 'utf-8' || charset === 'utf8') {
    const text = body.toString('utf8');
    if (isUtf8(body))
      return { ok: true, text: withoutMark(text), replaced: false, isWholeBody: !text.startsWith(BYTE_ORDER_MARK) };
    if (!replace) return { ok: false, message: utf8Error(body) };
    return { ok: true, text: withoutMark(text), replaced: true, isWholeBody: false };
  }
  const decoder = decoderFor(charset);
  if (decoder === null) return { ok: false, message: `unknown encoding: ${charset}` };
  try {
    return { ok: true, text: withoutMark(decoder.decode(body)), replaced: false, isWholeBody: false };
  } catch (err) {
    if (!(err instanceof TypeError)) throw err;
    if (!replace) return { ok: false, message: `'${charset}' codec can't decode the body` };
    return { ok: true, text: withoutMark(new TextDecoder(charset).decode(body)), replaced: true, isWholeBody: false };
  }
}

function decoderFor(charset: string): TextDecoder | null {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch (err) {
    if (err instanceof RangeError) return null;
    throw err;
  }
}

const withoutMark = (text: string): string => (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);

/** Python's words for the first place where bytes are not UTF-8. */
function utf8Error(body: Buffer): string {
  let at = 0;
  while (at < body.length) {
    const lead = body[at] ?? 0;
    const length =
      lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    const hex = lead.toString(16).padStart(2, '0');
    if (length === 0) return `'utf-8' codec can't decode byte 0x${hex} in position ${at}: invalid start byte`;
    if (isUtf8(body.subarray(at, at + length)) && at + length <= body.length) {
      at += length;
      continue;
    }
    const ends = at + length > body.length && body.subarray(at + 1).every((byte) => (byte & 0xc0) === 0x80);
    return `'utf-8' codec can't decode byte 0x${hex} in position ${at}: ${ends ? 'unexpected end of data' : 'invalid continuation byte'}`;
  }
  return `'utf-8' codec can't decode the body`;
}

export type MediaType = { type: string; charset: string; boundary: string | null };

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g;

/** Reads a Content-Type header. A missing header is the empty type; the charset is UTF-8 unless it says otherwise. */
export function parseMediaType(header: string | undefined): MediaType {
  const text = header ?? '';
  const semicolon = text.indexOf(';');
  const type = (semicolon === -1 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  let charset = 'utf-8';
  let boundary: string | null = null;
  if (semicolon !== -1) {
    for (const [, name = '', quoted, plain = ''] of text.matchAll(PARAMETER)) {
      const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1');
      if (name.toLowerCase() === 'charset') charset = value.toLowerCase();
      if (name.toLowerCase() === 'boundary') boundary = value;
    }
  }
  return { type, charset, boundary };
}

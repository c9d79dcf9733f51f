export type MultipartResult = { ok: true; fields: Map<string, string[]>; hasFile: boolean } | { ok: false; message: string };

const CRLF = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');

/** Text parts of a multipart/form-data body (RFC 7578). Files are noticed, not read. */
export function parseMultipart(body: Buffer, boundary: string | null): MultipartResult {
  if (boundary === null || boundary === '' || boundary.length > 200) {
    return { ok: false, message: `Invalid boundary in multipart: ${boundary ?? 'None'}` };
  }
  const delimiter = Buffer.from(`--${boundary}`);
  const fields = new Map<string, string[]>();
  let hasFile = false;
  let at = body.indexOf(delimiter);
  if (at === -1) return { ok: false, message: 'The boundary was not found in the body' };
  for (;;) {
    at += delimiter.length;
    if (body.subarray(at, at + 2).toString('latin1') === '--') return { ok: true, fields, hasFile };
    const headersAt = body.indexOf(CRLF, at);
    const headersEnd = body.indexOf(HEADERS_END, headersAt);
    const next = body.indexOf(delimiter, headersAt);
    if (headersAt === -1 || headersEnd === -1 || next === -1 || headersEnd > next) {
      return { ok: false, message: 'A part does not end' };
    }
    const disposition = /^content-disposition:(.*)$/im.exec(body.subarray(headersAt, headersEnd).toString('utf8'))?.[1] ?? '';
    const name = parameter(disposition, 'name');
    const content = body.subarray(headersEnd + HEADERS_END.length, Math.max(headersEnd + HEADERS_END.length, next - CRLF.length));
    if (parameter(disposition, 'filename') !== null) hasFile = true;
    else if (name !== null) fields.set(name, [...(fields.get(name) ?? []), content.toString('utf8')]);
    at = next;
  }
}

const parameter = (disposition: string, name: string): string | null =>
  new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition)?.[1]?.replace(/\\(.)/g, '$1') ?? null;

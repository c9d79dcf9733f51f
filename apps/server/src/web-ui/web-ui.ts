import type { FastifyReply, FastifyRequest } from 'fastify';
import { type BuiltFile, type BuiltFiles, openBuiltFiles } from './files.ts';
import { presentAddress } from './former-addresses.ts';
import { pageHeaders } from './headers.ts';

/** Paths that programs call. A page never answers there. */
const NOT_PAGES = /^\/(?:api|integrations\/v\d+|health|ready|startupprobe|metrics|assets)(?:\/|$)/;
const METHODS = 'GET, HEAD, OPTIONS';
const YEAR = 'public, max-age=31536000, immutable';

export interface WebUi {
  /** Answers a request that no route took with a file or a page of the UI; null when it is neither. */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | null>;
}

/**
 * The web UI's files. Every address that a browser opens and that is no file is a page: the UI's router takes it from there.
 * @param folder where the UI was built to
 * @param https whether people reach the server over https
 */
export async function createWebUi(folder: string, https: boolean): Promise<WebUi> {
  const files = await openBuiltFiles(folder);
  const headers = pageHeaders(https);
  return {
    async answer(request, reply) {
      const moved = wantsPage(request) ? presentAddress(request.url) : null;
      if (moved !== null && isReading(request)) return reply.headers(headers).redirect(moved, 301);
      const path = request.url.split('?', 1)[0] ?? '/';
      const file = await choose(files, request, path);
      if (file === 'not built') {
        return reply.headers(headers).type('text/plain').send('The web UI is not built. Run "npm run build", then restart.');
      }
      if (file === null) return null;
      reply.headers(headers);
      if (request.method === 'OPTIONS') return reply.code(204).header('allow', METHODS).send();
      return send(request, reply, file);
    },
  };
}

/** Browsers ask for pages as text/html; programs that meet an unknown path get the JSON of a 404. */
const wantsPage = (request: FastifyRequest): boolean => request.headers.accept?.includes('text/html') === true;

const isReading = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

async function choose(files: BuiltFiles | null, request: FastifyRequest, path: string): Promise<BuiltFile | 'not built' | null> {
  if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return null;
  const file = path === '/index.html' ? null : files?.find(path);
  if (file) return file;
  if (NOT_PAGES.test(path) || !(wantsPage(request) || request.method === 'OPTIONS')) return null;
  return files === null ? 'not built' : files.find('/index.html');
}

/** Sends a file in an encoding that the client takes, or nothing when the client has it. */
export function send(request: FastifyRequest, reply: FastifyReply, file: BuiltFile): FastifyReply {
  reply
    .header('cache-control', file.immutable ? YEAR : 'no-cache')
    .header('etag', file.etag)
    .header('vary', 'accept-encoding');
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const accepted = request.headers['accept-encoding'] ?? '';
  const [encoding, body] =
    file.brotli !== null && /\bbr\b/.test(accepted)
      ? ['br', file.brotli]
      : file.gzip !== null && /\bgzip\b/.test(accepted)
        ? ['gzip', file.gzip]
        : [null, file.plain];
  if (encoding !== null) reply.header('content-encoding', encoding);
  return reply.type(file.type).send(body);
}

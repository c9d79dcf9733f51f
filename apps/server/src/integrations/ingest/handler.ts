import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import type { RequestFacts } from '../../platform/http/index.ts';
import type { Log } from '../../platform/log.ts';
import { findIntegrationType } from '../types/registry.ts';
import {
  ACCEPTED,
  type Answer,
  HEARTBEAT_SEEN,
  HEARTBEAT_TAKEN,
  methodNotAllowed,
  NOT_FOUND,
  options,
  tooLarge,
  UNKNOWN_KEY,
  unavailable,
  wrongType,
} from './answer.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { IngestLog } from './ingest-log.ts';
import { linkPage } from './link-page.ts';
import { createBodyReader } from './read-body.ts';
import { readPayload } from './read-payload.ts';
import type { KeyOwner, TokenCache } from './token-cache.ts';

export type IngestDeps = {
  tokens: TokenCache;
  commit: GroupCommit;
  heartbeats: Heartbeats;
  ingestLog: IngestLog;
  clock: Clock;
  log: Log;
  /** Bytes of one body, `INGEST_BODY_LIMIT`. */
  bodyLimit: number;
  onAnswered?: (event: { type: string; status: number }) => void;
};

/** Paths whose keys may have another slug; all other paths take a body whole (ingest.md 2.1). */
const SPECIAL_PATHS: ReadonlySet<string> = new Set(['alertmanager', 'grafana_alerting', 'grafana']);
const PREFIX = '/integrations/v1/';

type Address = { type: string; key: string; isHeartbeat: boolean; path: string };

/** Takes type and key out of a path, with or without the final slash; null for any other shape. */
export function parseAddress(url: string): Address | null {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  const at = path.indexOf(PREFIX);
  if (at === -1) return null;
  const segments = path.slice(at + PREFIX.length).split('/');
  if (segments.at(-1) === '') segments.pop();
  const [type = '', key = '', heartbeat, ...more] = segments;
  if (type === '' || key === '' || more.length > 0) return null;
  if (heartbeat !== undefined && heartbeat !== 'heartbeat') return null;
  return { type, key, isHeartbeat: heartbeat !== undefined, path };
}

export type IngestHandler = (request: IncomingMessage, response: ServerResponse, facts: RequestFacts) => Promise<void>;

/** Answers every request below integrations/v1/. Never throws. */
export function createIngestHandler(deps: IngestDeps): IngestHandler {
  const { tokens, commit, heartbeats, ingestLog, clock, log } = deps;
  const readBody = createBodyReader(deps.bodyLimit, commit.hasRoom);
  const away = unavailable('The alert could not be stored. Please send it again.');

  return async (request, response, { requestId }) => {
    const address = parseAddress(request.url ?? '');
    let owner: KeyOwner | null = null;
    let answer: Answer | null;
    try {
      if (address === null || (address.isHeartbeat && findIntegrationType(address.type) === null)) answer = NOT_FOUND;
      else {
        const found = tokens.find(address.key);
        owner = found instanceof Promise ? await found : found;
        answer = owner === null ? UNKNOWN_KEY : await answerOwner(request, address, owner);
      }
    } catch (err) {
      log.error({ err }, 'an ingest request could not be handled');
      answer = away;
    }
    if (answer === null) return; // the sender hung up
    send(request, response, answer, requestId);
    deps.onAnswered?.({ type: owner?.type.slug ?? 'unknown', status: answer.status });
  };

  async function answerOwner(request: IncomingMessage, address: Address, owner: KeyOwner): Promise<Answer | null> {
    const method = request.method ?? '';
    if (method === 'OPTIONS') return options(owner.type.title);
    if (address.isHeartbeat) return heartbeat(method, owner);
    if (method === 'POST') return take(request, address, owner);
    if (method === 'GET' || method === 'HEAD') return linkPage(publicUrl(request, address), owner.type.title, owner.type.slug);
    return methodNotAllowed(method);
  }

  async function heartbeat(method: string, { organizationId, integrationId }: KeyOwner): Promise<Answer> {
    if (method !== 'GET' && method !== 'POST' && method !== 'HEAD') return methodNotAllowed(method);
    await heartbeats.seen(organizationId, integrationId);
    return method === 'POST' ? HEARTBEAT_TAKEN : HEARTBEAT_SEEN;
  }

  async function take(request: IncomingMessage, address: Address, owner: KeyOwner): Promise<Answer | null> {
    const receivedAt = clock.now();
    const isSpecial = SPECIAL_PATHS.has(address.type);
    const fits = isSpecial ? owner.type.path === address.type : owner.type.slug === address.type;
    const mismatch = () => wrongType(findIntegrationType(address.type)?.title ?? address.type, owner.type.title);
    if (isSpecial && !fits) return mismatch();
    const body = await readBody(request);
    switch (body.kind) {
      case 'aborted':
        return null;
      case 'no_room':
        return unavailable('Too many alerts wait to be stored. Please send it again.');
      case 'too_large':
        ingestLog.add({ ...owner, status: 413, size: body.size, note: 'the body is too large', body: body.start });
        return tooLarge(deps.bodyLimit);
      case 'read':
        break;
    }
    const read = readPayload(body.body, request.headers['content-type'], owner.type, isSpecial ? owner.type.body : 'whole');
    const record = (status: number, note: string) =>
      ingestLog.add({ ...owner, status, size: body.body.length, note, body: body.body });
    if (!read.ok) {
      record(read.answer.status, read.answer.body.slice(0, 300));
      return read.answer;
    }
    if (!fits) {
      record(400, `sent to the URL of type ${address.type}`);
      return mismatch();
    }
    if (read.texts.length === 0) return ACCEPTED;
    const outcome = await commit.add({
      organizationId: owner.organizationId,
      integrationId: owner.integrationId,
      receivedAt,
      texts: read.texts,
      isSplit: read.isSplit,
      isDemo: false,
      warning: read.warning,
    });
    if (outcome === 'unavailable') return away;
    if (outcome === 'gone') return UNKNOWN_KEY;
    if (read.warning !== null) record(200, read.warning);
    return ACCEPTED;
  }
}

const FORWARDED_PROTO = 'x-forwarded-proto';

/** The address as the browser asked for it, only for showing. */
function publicUrl(request: IncomingMessage, address: Address): string {
  const proto =
    String(request.headers[FORWARDED_PROTO] ?? '').split(',')[0] === 'https' || 'encrypted' in request.socket ? 'https' : 'http';
  return `${proto}://${request.headers.host ?? 'localhost'}${address.path}`;
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer, requestId: string): void {
  const headers: Record<string, string | number> = {
    ...answer.headers,
    'X-Request-Id': requestId,
    'Content-Length': Buffer.byteLength(answer.body),
  };
  if (answer.contentType !== null) headers['Content-Type'] = answer.contentType;
  response.writeHead(answer.status, headers);
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import type { RequestFacts } from '../../platform/http/index.ts';
import type { Log } from '../../platform/log.ts';
import { checkSender, checkSignature, type Guard, type Verdict } from '../guards/guard.ts';
import type { UsageNotes } from '../guards/usage.ts';
import { findIntegrationType } from '../types/registry.ts';
import {
  ACCEPTED,
  type Answer,
  HEARTBEAT_SEEN,
  HEARTBEAT_TAKEN,
  methodNotAllowed,
  NOT_FOUND,
  options,
  plainAnswer,
  REFUSED_BY_GUARD,
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
import { type Payloads, readPayload } from './read-payload.ts';
import type { Sns } from './sns.ts';
import type { KeyOwner, TokenCache } from './token-cache.ts';

export type IngestDeps = {
  tokens: TokenCache;
  commit: GroupCommit;
  heartbeats: Heartbeats;
  ingestLog: IngestLog;
  clock: Clock;
  log: Log;
  sns: Sns;
  usage: UsageNotes;
  /** Bytes of one body, `INGEST_BODY_LIMIT`. */
  bodyLimit: number;
  onAnswered?: (event: { type: string; status: number }) => void;
};

/** Paths whose keys may have another slug; all other paths take a body whole (ingest.md 2.1). */
const SPECIAL_PATHS: ReadonlySet<string> = new Set(['alertmanager', 'grafana_alerting', 'grafana']);
/** Takes the envelopes of Amazon SNS for any key. */
const SNS_PATH = 'amazon_sns';
const PREFIX = '/integrations/v1/';
const NO_BODY = Buffer.alloc(0);

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
  const { tokens, commit, heartbeats, ingestLog, clock, log, sns, usage } = deps;
  const readBody = createBodyReader(deps.bodyLimit, commit.hasRoom);
  const away = unavailable('The alert could not be stored. Please send it again.');
  const noRoom = unavailable('Too many alerts wait to be stored. Please send it again.');

  return async (request, response, facts) => {
    const address = parseAddress(request.url ?? '');
    let owner: KeyOwner | null = null;
    let answer: Answer | null;
    try {
      if (address === null || (address.isHeartbeat && findIntegrationType(address.type) === null)) answer = NOT_FOUND;
      else {
        const found = tokens.find(address.key);
        owner = found instanceof Promise ? await found : found;
        answer = owner === null ? unknownKey(address.key) : await answerOwner(request, address, owner, facts);
      }
    } catch (err) {
      log.error({ err }, 'an ingest request could not be handled');
      answer = away;
    }
    if (answer === null) return; // the sender hung up
    send(request, response, answer, facts.requestId);
    deps.onAnswered?.({ type: owner?.type.slug ?? 'unknown', status: answer.status });
  };

  /** Outsiders cannot tell a deleted integration from one that never was; admins are shown who still calls it (ingest.md B-27). */
  function unknownKey(key: string): Answer {
    const deleted = tokens.deletedOwner(key);
    if (deleted !== null) {
      const note = 'the integration was deleted';
      ingestLog.add({ ...deleted, status: UNKNOWN_KEY.status, size: 0, note, body: NO_BODY });
    }
    return UNKNOWN_KEY;
  }

  async function answerOwner(
    request: IncomingMessage,
    address: Address,
    owner: KeyOwner,
    facts: RequestFacts,
  ): Promise<Answer | null> {
    const method = request.method ?? '';
    if (method === 'OPTIONS') return options(owner.type.title);
    if (owner.validUntil !== null) usage.previousToken(owner.organizationId, owner.integrationId);
    if (address.isHeartbeat) return heartbeat(request, owner, facts);
    if (method === 'POST') return take(request, address, owner, facts);
    if (method === 'GET' || method === 'HEAD') return linkPage(publicUrl(request, address), owner.type.title, owner.type.slug);
    return methodNotAllowed(method);
  }

  /** What the guard of an integration says of a request before and after its body is read; null: it may go on. */
  function refusedByGuard(owner: KeyOwner, check: (guard: Guard) => Verdict): Answer | null {
    if (owner.guard === null) return null;
    if (owner.guard === 'unreadable') return unavailable('The secrets of this integration cannot be read now.');
    const verdict = check(owner.guard);
    if (verdict.ok) {
      if (verdict.used !== null) usage.secret(owner.organizationId, verdict.used);
      return null;
    }
    ingestLog.add({ ...owner, status: REFUSED_BY_GUARD.status, size: 0, note: verdict.reason, body: NO_BODY });
    return REFUSED_BY_GUARD;
  }

  function refusedSender(owner: KeyOwner, request: IncomingMessage, { clientIp }: RequestFacts): Answer | null {
    return refusedByGuard(owner, (guard) => checkSender(guard, request.headers, clientIp));
  }

  function refusedBody(owner: KeyOwner, request: IncomingMessage, body: Buffer): Answer | null {
    return refusedByGuard(owner, (guard) => checkSignature(guard, request.headers, body, clock.now()));
  }

  async function heartbeat(request: IncomingMessage, owner: KeyOwner, facts: RequestFacts): Promise<Answer | null> {
    const method = request.method ?? '';
    if (method !== 'GET' && method !== 'POST' && method !== 'HEAD') return methodNotAllowed(method);
    if (owner.guard !== null) {
      const body = method === 'POST' ? await readBody(request) : { kind: 'read' as const, body: NO_BODY };
      if (body.kind === 'aborted') return null;
      if (body.kind === 'no_room') return noRoom;
      if (body.kind === 'too_large') return tooLarge(deps.bodyLimit);
      const refused = refusedSender(owner, request, facts) ?? refusedBody(owner, request, body.body);
      if (refused !== null) return refused;
    }
    await heartbeats.seen(owner.organizationId, owner.integrationId);
    return method === 'POST' ? HEARTBEAT_TAKEN : HEARTBEAT_SEEN;
  }

  async function take(request: IncomingMessage, address: Address, owner: KeyOwner, facts: RequestFacts): Promise<Answer | null> {
    const receivedAt = clock.now();
    const isSpecial = SPECIAL_PATHS.has(address.type);
    const fits = isSpecial ? owner.type.path === address.type : owner.type.slug === address.type;
    const mismatch = () => wrongType(findIntegrationType(address.type)?.title ?? address.type, owner.type.title);
    if (isSpecial && !fits) return mismatch();
    const refused = refusedSender(owner, request, facts);
    if (refused !== null) return refused;
    const body = await readBody(request);
    switch (body.kind) {
      case 'aborted':
        return null;
      case 'no_room':
        return noRoom;
      case 'too_large':
        ingestLog.add({ ...owner, status: 413, size: body.size, note: 'the body is too large', body: body.start });
        return tooLarge(deps.bodyLimit);
      case 'read':
        break;
    }
    const unsigned = refusedBody(owner, request, body.body);
    if (unsigned !== null) return unsigned;
    if (address.type === SNS_PATH) return takeFromSns(request, body.body, owner, receivedAt);
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
    const answer = await store(owner, receivedAt, read, hopOf(request));
    if (answer === ACCEPTED && read.warning !== null) record(200, read.warning);
    return answer;
  }

  async function takeFromSns(request: IncomingMessage, body: Buffer, owner: KeyOwner, receivedAt: Date): Promise<Answer> {
    const topics = owner.guard === null || owner.guard === 'unreadable' ? NO_TOPICS : owner.guard.topics;
    const result = await sns.read(body, request.headers, topics);
    if (result.kind === 'answer') {
      ingestLog.add({ ...owner, status: result.answer.status, size: body.length, note: result.note, body });
      return result.answer;
    }
    const answer = await store(owner, receivedAt, { texts: [result.text], isSplit: false, warning: null });
    return answer === ACCEPTED ? TAKEN_FROM_SNS : answer;
  }

  /** Settles when the alerts are committed, or cannot be. */
  async function store(
    { organizationId, integrationId }: KeyOwner,
    receivedAt: Date,
    { texts, isSplit, warning }: Pick<Payloads, 'texts' | 'isSplit' | 'warning'>,
    hop = 0,
  ): Promise<Answer> {
    const outcome = await commit.add({ organizationId, integrationId, receivedAt, texts, isSplit, isDemo: false, warning, hop });
    if (outcome === 'unavailable') return away;
    return outcome === 'gone' ? UNKNOWN_KEY : ACCEPTED;
  }
}

const MOST_HOPS = 1_000;

/** How many servers like this one passed an alert on, as their webhooks say (outgoing-webhooks.md 8.3); 0 for what is no number. */
function hopOf({ headers }: IncomingMessage): number {
  const hop = Number(headers['x-tocsin-hop'] ?? 0);
  return Number.isInteger(hop) && hop > 0 ? Math.min(hop, MOST_HOPS) : 0;
}

const NO_TOPICS: ReadonlySet<string> = new Set();
const TAKEN_FROM_SNS = plainAnswer(200, 'OK');
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

import { addressOf } from './client.ts';

/** `live`: events come in. `connecting`: the first connection is made. `lost`: it broke, and is being made again. */
export type StreamState = 'connecting' | 'live' | 'lost' | 'off';
export type StreamEvent = { type: string; id: string; data: Readonly<Record<string, unknown>> };

const EVENT_TYPES = [
  'alert_group.created',
  'alert_group.changed',
  'alert_group.timeline',
  'alert_group.deleted',
  'schedule.changed',
  'oncall.changed',
  'integration.changed',
  'integration.heartbeat',
  'integration.maintenance',
  'webhook.called',
  'user.changed',
  'user.link',
  'user.phone',
  'settings',
  'banner',
  'presence',
];
/** The server pings every 20 s; without a sign of life for a minute the connection is taken for dead. */
const SILENT_MS = 60_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;

type EventListener = (event: StreamEvent) => void;

let source: EventSource | null = null;
let state: StreamState = 'off';
let lastEventId: string | null = null;
let silence: ReturnType<typeof setTimeout> | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let retryMs = FIRST_RETRY_MS;
const stateListeners = new Set<() => void>();
const eventListeners = new Set<EventListener>();
const resetListeners = new Set<() => void>();
const beginListeners = new Set<() => void>();

function setState(next: StreamState): void {
  if (state === next) return;
  state = next;
  for (const listener of stateListeners) listener();
}

function heard(event: MessageEvent): void {
  if (event.lastEventId !== '') lastEventId = event.lastEventId;
  clearTimeout(silence);
  silence = setTimeout(reconnect, SILENT_MS);
}

function reconnect(): void {
  source?.close();
  source = null;
  clearTimeout(silence);
  clearTimeout(retry);
  if (state === 'off') return;
  setState('lost');
  retry = setTimeout(open, retryMs);
  retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
}

function deliver(type: string, event: MessageEvent<string>): void {
  heard(event);
  const data = JSON.parse(event.data) as Record<string, unknown>;
  const id = typeof data.id === 'string' ? data.id : '';
  for (const listener of eventListeners) listener({ type, id, data });
}

function open(): void {
  const stream = new EventSource(addressOf('/stream', { query: { last_event_id: lastEventId } }));
  source = stream;
  // Proxies and restarts answer with errors, after which the browser would give up: every break leads to a new connection of ours.
  stream.onerror = reconnect;
  stream.addEventListener('hello', (event) => {
    const missedUnknown = lastEventId === null && state === 'lost';
    const isFirst = state === 'connecting';
    heard(event);
    retryMs = FIRST_RETRY_MS;
    setState('live');
    if (missedUnknown) for (const listener of resetListeners) listener();
    if (isFirst) for (const listener of beginListeners) listener();
  });
  stream.addEventListener('ping', heard);
  stream.addEventListener('reset', (event) => {
    heard(event);
    for (const listener of resetListeners) listener();
  });
  for (const type of EVENT_TYPES) stream.addEventListener(type, (event) => deliver(type, event as MessageEvent<string>));
}

/** Follows the organization's events until the returned function is called. */
export function startStream(): () => void {
  setState('connecting');
  open();
  const now = () => {
    if (state !== 'lost') return;
    retryMs = FIRST_RETRY_MS;
    reconnect();
  };
  addEventListener('online', now);
  return () => {
    removeEventListener('online', now);
    state = 'off';
    source?.close();
    source = null;
    clearTimeout(silence);
    clearTimeout(retry);
  };
}

export const readStreamState = (): StreamState => state;
export const subscribeStreamState = (listener: () => void): (() => void) => {
  stateListeners.add(listener);
  return () => stateListeners.delete(listener);
};
/** Calls `listener` for every event. */
export const onStreamEvent = (listener: EventListener): (() => void) => {
  eventListeners.add(listener);
  return () => eventListeners.delete(listener);
};
/** Calls `listener` when events were missed and what is shown must be read anew. */
export const onStreamReset = (listener: () => void): (() => void) => {
  resetListeners.add(listener);
  return () => resetListeners.delete(listener);
};
/** Calls `listener` when events begin to come: what was read before may have changed since. */
export const onStreamBegin = (listener: () => void): (() => void) => {
  beginListeners.add(listener);
  return () => beginListeners.delete(listener);
};

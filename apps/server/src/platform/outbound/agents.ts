import type { LookupAddress, lookup as lookupName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import type { AddressPolicy } from './address-policy.ts';

class BlockedError extends Error {
  readonly code = 'EBLOCKED';
}

/** Resolves a name to those of its addresses that may be reached, so that what was checked is what is connected to. */
function checkedLookup(policy: AddressPolicy, lookup: typeof lookupName): LookupFunction {
  return (host, options, callback) => {
    const hints = options.hints === undefined ? {} : { hints: options.hints };
    lookup(host, { ...hints, all: true }, (err, addresses: LookupAddress[]) => {
      if (err !== null) return callback(err, '', 0);
      const allowed = addresses.filter(({ address }) => policy.allows(host, address));
      const [first] = allowed;
      if (first === undefined) {
        const found = addresses.map(({ address }) => address).join(', ');
        return callback(new BlockedError(`${host} resolves to ${found}, which Tocsin may not reach`), '', 0);
      }
      return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
}

/** Connects like undici's own connector, and checks addresses before: literal ones here, names where they are resolved. */
function checkedConnector(policy: AddressPolicy, lookup: typeof lookupName, timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs, lookup: checkedLookup(policy, lookup), allowH2: false });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !policy.allows(host, host)) {
      return callback(new BlockedError(`${host} is an address that Tocsin may not reach`), null);
    }
    return connect(options, callback);
  };
}

/** Shorter than servers wait for another request, so that hardly any is sent to one that is hanging up. */
const KEEP_MS = 1_000;
/** Names are resolved, and addresses checked by what is allowed now, at least this often, also at a host that is called all the time. */
const RENEW_MS = 5_000;
/** Kinds of requests whose connections are kept; more of them share nothing. */
const MOST_KEPT = 100;

/** What a connection depends on beside its address. */
export type Reach = { allow: readonly string[]; timeoutMs: number; proxy: string | null };
export type LentAgent = {
  readonly agent: Dispatcher;
  /** The server's policy with what the request may reach beside. */
  readonly policy: AddressPolicy;
  /** Whether its connections may have served other requests. */
  readonly isShared: boolean;
  /** After the request. */
  giveBack(): Promise<void>;
};

export interface Agents {
  /** Connections that only this request uses. */
  own(reach: Reach): LentAgent;
  /** Connections that requests with the same reach share: one that a request was allowed must not serve a request that is not. */
  shared(reach: Reach): LentAgent;
}

export function createAgents(policy: AddressPolicy, lookup: typeof lookupName): Agents {
  const kept = new Map<string, { agent: Dispatcher; policy: AddressPolicy; untilMs: number }>();

  function create({ allow, timeoutMs, proxy }: Reach, keepMs: number): { agent: Dispatcher; policy: AddressPolicy } {
    const allowed = policy.with(allow);
    const keep = { keepAliveTimeout: keepMs, keepAliveMaxTimeout: keepMs, headersTimeout: 0, bodyTimeout: 0 };
    const agent =
      proxy === null
        ? new Agent({ connect: checkedConnector(allowed, lookup, timeoutMs), ...keep })
        : new ProxyAgent({ uri: proxy, proxyTunnel: false, ...keep });
    return { agent, policy: allowed };
  }

  function own(reach: Reach): LentAgent {
    const { agent, policy: allowed } = create(reach, KEEP_MS);
    return { agent, policy: allowed, isShared: false, giveBack: () => agent.destroy() };
  }

  return {
    own,
    shared(reach) {
      const key = JSON.stringify([reach.allow, reach.timeoutMs, reach.proxy]);
      const nowMs = performance.now();
      let entry = kept.get(key);
      if (entry !== undefined && entry.untilMs <= nowMs) {
        kept.delete(key);
        void entry.agent.close(); // after what is under way
        entry = undefined;
      }
      if (entry === undefined) {
        if (kept.size >= MOST_KEPT) return own(reach);
        entry = { ...create(reach, KEEP_MS), untilMs: nowMs + RENEW_MS };
        kept.set(key, entry);
      }
      return { agent: entry.agent, policy: entry.policy, isShared: true, giveBack: async () => undefined };
    },
  };
}

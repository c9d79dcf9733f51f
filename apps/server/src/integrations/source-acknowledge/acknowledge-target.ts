/** A monitoring system that may be told of acknowledgements. */
export type AcknowledgeHost = {
  host: string;
  /** Null: the standard port of the scheme. */
  port: number | null;
  /** Without TLS: what a URL without a scheme then means, and what allows `http://`. */
  plainHttp: boolean;
};

export type AcknowledgeTarget =
  | { ok: true; url: string; host: string; allowedByServer: boolean }
  /** `host` is null when the text is no address at all. */
  | { ok: false; host: string | null; reason: string };

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const STANDARD_PORT = { 'http:': 80, 'https:': 443 } as const;

/**
 * Where an `ack_url_get` leads, if it may be called. Whoever knows an integration's URL can write anything there, so only the hosts
 * listed are called (ingest.md B-21). Without a scheme it is https, or plain http where the list says so.
 * @param text as it came in the payload
 * @param ofServer hosts that the settings of this server allow for all integrations
 */
export function acknowledgeTarget(
  text: string,
  ofIntegration: readonly AcknowledgeHost[],
  ofServer: readonly AcknowledgeHost[],
): AcknowledgeTarget {
  const address = text.replaceAll(/[\p{Cc}]+/gu, '').trim();
  const scheme = SCHEME.exec(address)?.[1]?.toLowerCase() ?? null;
  const refused = (host: string | null, reason: string): AcknowledgeTarget => ({ ok: false, host, reason });
  if (scheme !== null && scheme !== 'http' && scheme !== 'https') return refused(null, 'not an http or https address');
  const bare = scheme === null ? address : address.slice(address.indexOf('//') + 2);
  const asHttps = `https://${bare}`;
  if (!URL.canParse(asHttps)) return refused(null, 'not an address');
  const { username, password, hostname } = new URL(asHttps);
  if (username !== '' || password !== '' || hostname === '') return refused(null, 'not an address without a user');

  for (const [hosts, allowedByServer] of [
    [ofServer, true],
    [ofIntegration, false],
  ] as const) {
    for (const allowed of hosts) {
      const isPlain = scheme === 'http' || (scheme === null && allowed.plainHttp);
      const url = new URL(`${isPlain ? 'http' : 'https'}://${bare}`);
      if (normalHost(allowed.host) !== normalHost(url.hostname) || !isPort(url, allowed.port)) continue;
      if (isPlain && !allowed.plainHttp) return refused(url.host, 'the host is allowed with TLS only');
      return { ok: true, url: url.href, host: url.host, allowedByServer };
    }
  }
  return refused(new URL(asHttps).host, 'the host is not on the list of the integration');
}

const normalHost = (host: string): string => host.toLowerCase().replace(/\.$/, '');

const isPort = (url: URL, port: number | null): boolean => {
  const standard = url.protocol === 'http:' ? STANDARD_PORT['http:'] : STANDARD_PORT['https:'];
  return (url.port === '' ? standard : Number(url.port)) === (port ?? standard);
};

/** Reads an entry of the server's list: a host, with `http://` before it where TLS is not used, and a port after it where it is not the standard one. */
function parseAcknowledgeHost(entry: string): AcknowledgeHost | null {
  const plainHttp = /^http:\/\//i.test(entry);
  const url = SCHEME.test(entry) ? entry : `https://${entry}`;
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port, username, pathname } = new URL(url);
  if (!['http:', 'https:'].includes(protocol) || hostname === '' || username !== '' || pathname !== '/') return null;
  return { host: hostname, port: port === '' ? null : Number(port), plainHttp };
}

/** The entries of the server's list that can be read. */
export const acknowledgeHostsOf = (entries: readonly string[]): AcknowledgeHost[] =>
  entries.flatMap((entry) => parseAcknowledgeHost(entry) ?? []);

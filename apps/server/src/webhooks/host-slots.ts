/** Places for requests to each host, so that a slow receiver occupies few of them. */
export interface HostSlots {
  /** Takes a place for a webhook's request, now or when one is free. @returns what gives it back; null when none was free for too long */
  enter(host: string, webhookId: string): Promise<(() => void) | null>;
  /** Webhooks whose hosts have no free place. */
  busy(): readonly string[];
}

type Host = { active: number; waiting: (() => void)[]; webhooks: Set<string> };

/**
 * @param perHost requests to one host at a time
 * @param patienceMs longest wait for a place
 */
export function createHostSlots(perHost: number, patienceMs: number): HostSlots {
  const hosts = new Map<string, Host>();

  function leave(name: string, host: Host): void {
    const next = host.waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    host.active -= 1;
    if (host.active === 0) hosts.delete(name);
  }

  return {
    async enter(name, webhookId) {
      const host = hosts.get(name) ?? { active: 0, waiting: [], webhooks: new Set<string>() };
      hosts.set(name, host);
      host.webhooks.add(webhookId);
      if (host.active < perHost) {
        host.active += 1;
        return () => leave(name, host);
      }
      return new Promise((resolve) => {
        const start = () => {
          clearTimeout(timer);
          resolve(() => leave(name, host));
        };
        const timer = setTimeout(() => {
          host.waiting.splice(host.waiting.indexOf(start), 1);
          resolve(null);
        }, patienceMs);
        host.waiting.push(start);
      });
    },
    busy: () => [...hosts.values()].flatMap((host) => (host.active >= perHost ? [...host.webhooks] : [])),
  };
}

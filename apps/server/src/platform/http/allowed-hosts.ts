import type { FastifyInstance } from 'fastify';

/**
 * Refuses requests whose Host is none of ours, so that no page of somebody else's can reach the server by a name of its own (DNS
 * rebinding). Entries are hosts; `.example.net` means the domain and all below it, `*` every host. Ports are not looked at.
 * @param exempt beginnings of paths that answer to any name: probes, which are asked by address, and senders, which are never refused
 */
export function refuseOtherHosts(app: FastifyInstance, hosts: readonly string[], exempt: readonly string[]): void {
  const wanted = hosts.map((host) => host.toLowerCase().replace(/^\[|\]$/g, ''));
  if (wanted.length === 0 || wanted.includes('*')) return;
  const isOurs = (host: string): boolean =>
    wanted.some((one) => one === host || (one.startsWith('.') && (host === one.slice(1) || host.endsWith(one))));
  app.addHook('onRequest', async (request, reply) => {
    if (exempt.some((prefix) => request.url.startsWith(prefix))) return;
    const host = request.hostname
      .toLowerCase()
      .replace(/\.$/, '')
      .replace(/^\[|\]$/g, '');
    if (!isOurs(host))
      return reply.code(400).send({ detail: 'This server does not answer to this host name.', code: 'unknown_host' });
  });
}

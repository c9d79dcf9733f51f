import type { FastifyInstance } from 'fastify';
import createRouter, { type HTTPMethod } from 'find-my-way';

/** Answers which methods a path takes, for a request that matched no route. */
export type AllowedMethods = (url: string) => string[];

/** Watches the routes that are added from now on. Call it before any route. */
export function collectAllowedMethods(app: FastifyInstance): AllowedMethods {
  const router = createRouter({ ignoreTrailingSlash: true, maxParamLength: 1_000 });
  const methods = new Set<HTTPMethod>();
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat() as HTTPMethod[]) {
      if (router.findRoute(method, route.url) !== null) continue;
      router.on(method, route.url, () => undefined);
      methods.add(method);
    }
  });
  return (url) => {
    const path = url.split('?', 1)[0] ?? '/';
    return [...methods].filter((method) => router.find(method, path) !== null).sort();
  };
}

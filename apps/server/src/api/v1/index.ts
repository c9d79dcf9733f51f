import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import { createAdmission, type Guard } from './conventions/caller.ts';
import { answerErrors } from './conventions/errors-handler.ts';
import { readRequestBodies } from './conventions/request-bodies.ts';
import { registerResource } from './conventions/resource.ts';
import { chainsResource } from './escalation/chains.resource.ts';
import { stepsResource } from './escalation/steps.resource.ts';
import { registerOrganizations } from './users/organizations.routes.ts';
import { registerUsers } from './users/users.routes.ts';

export interface ApiContext {
  readonly db: Db;
  readonly clock: Clock;
  /** Public base URL, without a slash at its end. */
  readonly baseUrl: string;
  readonly authenticate: Guard['authenticate'];
  readonly requestsPerMinute: number;
}

/** The public HTTP API, registered below `/api/v1`. */
export async function apiV1(app: FastifyInstance, { ctx }: { ctx: ApiContext }): Promise<void> {
  readRequestBodies(app);
  answerErrors(app);
  app.setValidatorCompiler(() => () => true); // bodies and queries are read by tables of fields, whose errors clients match on
  app.decorateRequest('caller', null);
  app.addHook('onRoute', (route) => {
    const isApi = route.config?.permission !== undefined;
    const answersForItself = route.method === 'HEAD' || route.method === 'OPTIONS' || route.url.endsWith('*');
    if (!isApi && !answersForItself) throw new Error(`route ${String(route.method)} ${route.url} declares no permission`);
  });
  app.addHook(
    'onRequest',
    createAdmission({ authenticate: ctx.authenticate, clock: ctx.clock, limitPerMinute: ctx.requestsPerMinute }),
  );
  registerOrganizations(app, ctx);
  registerUsers(app, ctx);
  registerResource(app, ctx, chainsResource(ctx));
  registerResource(app, ctx, stepsResource(ctx));
}

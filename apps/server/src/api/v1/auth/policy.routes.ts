import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { readPolicy, type SignInPolicy, writePolicy } from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { ApiError } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { checkIfMatch, sendOne } from '../conventions/etag.ts';
import { boolean, custom, integer, invalidChoice, readBody } from '../conventions/fields.ts';
import type { AuthDeps } from './auth-context.ts';

const SECOND_FACTOR = ['optional', 'admins', 'password_users'] as const;
const days = integer({ min: 1, max: 365 });
const fields = {
  password: boolean(),
  second_factor: custom(Type.Union(SECOND_FACTOR.map((word) => Type.Literal(word))), (raw) => {
    const found = SECOND_FACTOR.find((word) => word === raw);
    if (found === undefined) throw invalidChoice(raw);
    return found;
  }),
  session_days: days,
  session_idle_days: days,
};
const PolicySchema = named(
  'SignInPolicy',
  Type.Object({
    password: Type.Boolean({ description: 'Whether people may sign in by password.' }),
    second_factor: Type.Union(
      SECOND_FACTOR.map((word) => Type.Literal(word)),
      { description: 'Who must have one: nobody, admins, or everybody who signs in by password.' },
    ),
    session_days: Type.Integer({ description: 'Days after which a session ends in any case.' }),
    session_idle_days: Type.Integer({ description: 'Days without use after which a session ends.' }),
  }),
);
const present = (policy: SignInPolicy) => ({
  password: policy.passwordSignIn,
  second_factor: policy.secondFactor,
  session_days: policy.sessionDays,
  session_idle_days: policy.sessionIdleDays,
});

/** What the organization asks of signing in (access.md 7.1, 7.3). */
export function registerPolicy(app: FastifyInstance, { db, clock }: AuthDeps): void {
  const tags = ['auth'];
  app.get(
    '/auth/policy',
    {
      config: { permission: 'other-settings:read' },
      schema: {
        operationId: 'getSignInPolicy',
        summary: 'Tells what the organization asks of signing in',
        tags,
        response: { 200: PolicySchema },
      },
    },
    async (request, reply) => sendOne(reply, 200, JSON.stringify(present(await readPolicy(db, callerOf(request).org)))),
  );
  app.put(
    '/auth/policy',
    {
      config: { permission: 'admin:admin', needsProof: true },
      schema: {
        operationId: 'updateSignInPolicy',
        summary: 'Changes what the organization asks of signing in; keys that are left out keep their values',
        tags,
        body: Type.Partial(Type.Object(Object.fromEntries(Object.entries(fields).map(([key, { schema }]) => [key, schema])))),
        response: { 200: PolicySchema },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const body = readBody(fields, request.body);
      const after = await inTransaction(db, async (tx) => {
        const before = await readPolicy(tx, org);
        checkIfMatch(request, JSON.stringify(present(before)));
        const wanted: SignInPolicy = {
          passwordSignIn: body.password ?? before.passwordSignIn,
          secondFactor: body.second_factor ?? before.secondFactor,
          sessionDays: body.session_days ?? before.sessionDays,
          sessionIdleDays: body.session_idle_days ?? before.sessionIdleDays,
        };
        if (before.passwordSignIn && !wanted.passwordSignIn) {
          const admin = await tx
            .selectFrom('oidc_identity as i')
            .innerJoin('users as u', (on) =>
              on.onRef('u.organization_id', '=', 'i.organization_id').onRef('u.id', '=', 'i.user_id'),
            )
            .select('u.id')
            .where('i.organization_id', '=', org)
            .where('u.role', '=', 'admin')
            .where('u.is_active', '=', true)
            .limit(1)
            .executeTakeFirst();
          if (admin === undefined) throw noOtherWayIn();
        }
        await writePolicy(tx, org, wanted);
        await audit(
          tx,
          request,
          {
            type: 'settings',
            name: 'organization_setting_updated',
            resource: { type: 'sign_in_policy', id: org, name: 'sign-in policy' },
            before: present(before),
            after: present(wanted),
          },
          clock,
        );
        return wanted;
      });
      return sendOne(reply, 200, JSON.stringify(present(after)));
    },
  );
}

const noOtherWayIn = () =>
  new ApiError(409, {
    detail: 'Signing in by password can be switched off once an admin has signed in by OpenID Connect.',
    code: 'no_other_way_in',
  });

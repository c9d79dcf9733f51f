import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Db } from '../../../platform/db/database.ts';
import { findUserByEmail } from '../../../users/index.ts';
import { ApiError } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { custom, Invalid, readBody, text } from '../conventions/fields.ts';
import { errorResponses } from '../conventions/resource.ts';

const LONGEST_MESSAGE = 1_024;

const email = custom<string>(Type.String({ format: 'email' }), (raw) => {
  const address = text().read(raw);
  if (!/^[^\s@<>()",;:\\]+@[^\s@.]+(\.[^\s@.]+)+$/.test(address)) throw new Invalid(['Enter a valid email address.']);
  return address;
});
const fields = { email, message: text({ max: LONGEST_MESSAGE }) };

const ErrorSchema = Type.Object({ error: Type.String() });
const failure = (status: number, error: string): ApiError => new ApiError(status, { error });

/**
 * Calls and texts for other servers (http-api-oncall.md 11, 12). No phone provider can be configured yet, so that a request that is
 * right in all else fails as it does when the provider does.
 */
export function registerPhoneRelay(app: FastifyInstance, { db }: { readonly db: Db }): void {
  const relay = (path: 'make_call' | 'send_sms', operationId: string, summary: string) =>
    app.post(
      `/${path}`,
      {
        config: {
          permission: 'alert-groups:direct-paging',
          usersOnly: true,
          ownLimit: { name: 'phone', perMinute: 60 },
        },
        schema: {
          operationId,
          summary,
          tags: ['phone'],
          body: Type.Object({ email: email.schema, message: Type.String({ minLength: 1, maxLength: LONGEST_MESSAGE }) }),
          response: {
            200: Type.Object({}),
            ...errorResponses,
            404: { ...ErrorSchema, 'x-response-description': '`user-not-found`' },
            503: { ...ErrorSchema, 'x-response-description': '`failed`: the provider failed, or there is none.' },
          },
        },
      },
      async (request) => {
        const body = readBody(fields, request.body, ['email', 'message']);
        const user = await findUserByEmail(db, callerOf(request).org, body.email);
        if (user === null || (path === 'send_sms' && user.verifiedPhoneNumber === null)) throw failure(404, 'user-not-found');
        if (user.verifiedPhoneNumber === null) throw failure(400, 'number-not-verified');
        throw failure(503, 'failed');
      },
    );
  relay('make_call', 'makeCall', "Calls a person's verified number and speaks a text");
  relay('send_sms', 'sendSms', "Sends a text to a person's verified number");
}

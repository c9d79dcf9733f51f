import type { FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { named } from '../conventions/describe.ts';
import { envelope, listOf, pageParameters, readWindow } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';

const PAGE_SIZE = 50;

const UserGroup = named(
  'UserGroup',
  Type.Object({
    id: Type.String(),
    type: Type.Literal('slack_based'),
    slack: Type.Object({ id: Type.String(), name: Type.String(), handle: Type.String() }),
  }),
);
const SlackChannel = named('SlackChannel', Type.Object({ name: Type.String(), slack_id: Type.String() }));

/** User groups and channels of the connected Slack workspace. No workspace can be connected yet, so both lists are empty. */
export function registerSlackObjects(app: FastifyInstance, { baseUrl }: ApiDeps): void {
  const list = (path: string, operationId: string, summary: string, filter: string, item: TSchema): void => {
    app.get(
      `/${path}`,
      {
        config: { permission: 'chatops:read' },
        schema: {
          operationId,
          summary,
          tags: [path],
          querystring: Type.Object({ ...pageParameters, [filter]: Type.Optional(Type.String()) }),
          response: { 200: listOf(item), ...errorResponses },
        },
      },
      async (request, reply) => {
        const { size } = readWindow(request.query as Record<string, unknown>, PAGE_SIZE);
        const page = { kind: 'page' as const, rows: [], count: 0, page: 1, size, totalPages: 1 };
        return sendJson(reply, 200, JSON.stringify(envelope(page, [], baseUrl, request.url)));
      },
    );
  };
  list('user_groups', 'listUserGroups', 'Lists Slack user groups', 'slack_handle', UserGroup);
  list('slack_channels', 'listSlackChannels', 'Lists Slack channels', 'channel_name', SlackChannel);
}

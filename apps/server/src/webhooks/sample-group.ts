import type { GroupFacts, UserRef } from './context.ts';

/** A group that does not exist, for tests of webhooks in an organization that has none. */
export const sampleGroup = (now: Date, groupLink: (id: string) => string, user: UserRef | null): GroupFacts => ({
  id: 'ITESTTESTTEST',
  integration: { id: 'CTESTTESTTEST', type: 'webhook', name: 'Test', teamId: null, teamName: null, labels: {} },
  routeId: null,
  alertsCount: 1,
  state: 'firing',
  startedAt: now,
  resolvedAt: null,
  resolvedBy: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  silencedAt: null,
  labels: {},
  hop: 0,
  title: 'Test of an outgoing webhook',
  link: groupLink('ITESTTESTTEST'),
  firstPayload: '{"title": "Test of an outgoing webhook", "message": "Nothing is wrong"}',
  lastAlert: {
    id: 'ATESTTESTTEST',
    createdAt: now,
    payload: '{"title": "Test of an outgoing webhook", "message": "Nothing is wrong"}',
  },
  notifiedUsers: [],
  usersToBeNotified: user === null ? [] : [user],
  notes: [],
  responses: [],
});

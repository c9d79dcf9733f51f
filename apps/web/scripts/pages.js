/**
 * The pages that pictures are taken of: a name, the path (a function gets the demo data), and what to do before the picture.
 * `beforeSetUp`: on the first start, before there is anybody. `signedOut`: nobody is signed in. `only`: fewer kinds of pictures than light, dark and phone.
 */
export const PAGES = [
  { name: 'set-up', path: '/setup', signedOut: true, beforeSetUp: true },
  { name: 'guided-setup', path: '/welcome' },
  { name: 'sign-in', path: '/login', signedOut: true },
  { name: 'confirm-address', path: '/confirm-email/a-token-of-the-mail', signedOut: true },
  {
    name: 'home',
    path: '/',
    before: (page) => page.getByRole('region', { name: 'On call now' }).getByText(/until/).first().waitFor(),
  },
  { name: 'alert-groups', path: '/alert-groups?state=new&state=acknowledged&state=silenced&state=resolved' },
  { name: 'alert-group', path: ({ group }) => `/alert-groups/${group.id}` },
  { name: 'page-someone', path: '/alert-groups?page=new' },
  { name: 'organization', path: '/settings/organization' },
  { name: 'server', path: '/settings/env' },
  {
    name: 'command-palette',
    path: '/alert-groups',
    only: ['light', 'dark'],
    before: (page) => page.keyboard.press('Control+k'),
  },
  {
    name: 'columns',
    path: '/alert-groups',
    before: async (page) => {
      await page.getByRole('button', { name: 'How the list is shown' }).click();
      await page.getByRole('menuitem', { name: 'Columns…' }).click();
      await page.getByRole('dialog', { name: 'Columns' }).waitFor();
    },
  },
  { name: 'integrations', path: '/integrations' },
  { name: 'integration', path: ({ integration }) => `/integrations/${integration.id}` },
  { name: 'templates', path: ({ integration }) => `/integrations/${integration.id}/templates?template=web_title` },
  { name: 'escalation-chains', path: '/escalations' },
  { name: 'escalation-chain', path: ({ chain }) => `/escalations/${chain.id}` },
  { name: 'schedules', path: '/schedules' },
  {
    name: 'schedule',
    path: ({ schedule }) => `/schedules/${schedule.id}`,
    before: (page) => page.getByRole('list', { name: 'Local times' }).waitFor(),
  },
  { name: 'webhooks', path: '/outgoing_webhooks' },
  { name: 'webhook', path: ({ webhook }) => `/outgoing_webhooks/${webhook.id}` },
  { name: 'users', path: '/users' },
  { name: 'notification-rules', path: '/users/me?tab=rules' },
  { name: 'hours-and-time-off', path: '/users/me?tab=hours' },
  { name: 'security', path: '/users/me?tab=security' },
  { name: 'readiness', path: '/readiness' },
  { name: 'teams', path: '/teams' },
  { name: 'api-tokens', path: '/settings/tokens' },
  { name: 'roles', path: '/settings/roles' },
  { name: 'audit-log', path: '/settings/audit' },
];

import { expect, test } from 'vitest';
import { judge } from './judge.ts';

const rules = (...types: string[]) => types.map((type, position) => ({ id: `N${position}`, position, type, waitSeconds: null }));
const person = (defaultRules: string[], importantRules: string[], mayBeNotified = true) => ({
  mayBeNotified,
  defaultRules: rules(...defaultRules),
  importantRules: rules(...importantRules),
});
/** Mail works, a webhook does not. */
const problemOf = (type: string) => (type === 'notify_by_email' ? null : 'No webhook of theirs is linked.');
const MAIL = 'notify_by_email';
const HOOK = 'notify_by_webhook';

test.each([
  ['is ready with a channel that works for both kinds', person([MAIL], ['wait', MAIL]), 'ready', []],
  ['lets one list stand in for the other', person([MAIL], []), 'ready', []],
  [
    'counts on one e-mail without rules, and says so',
    person([], []),
    'partial',
    ['They have no notification rules: one e-mail goes out.'],
  ],
  [
    'tells of a channel that fails beside one that works',
    person([MAIL, HOOK], [MAIL]),
    'partial',
    ['No webhook of theirs is linked.'],
  ],
  [
    'is reached for one kind only',
    person([MAIL], [HOOK]),
    'partial',
    ['No channel of the important rules works.', 'No webhook of theirs is linked.'],
  ],
  [
    'is not reached by channels that fail',
    person([HOOK], [HOOK]),
    'not_reachable',
    ['No channel of the default rules works.', 'No channel of the important rules works.', 'No webhook of theirs is linked.'],
  ],
  ['is not reached by waits', person(['wait'], [MAIL]), 'partial', ['No channel of the default rules works.']],
  [
    'is not reached in a role that is not notified',
    person([MAIL], [MAIL], false),
    'not_reachable',
    ['Their role does not let them be notified.'],
  ],
])('somebody %s', (_fact, who, state, reasons) => {
  expect(judge(who, problemOf)).toMatchObject({ state, reasons });
});

import { describe, expect, test } from 'vitest';
import { decidePersonal, type GroupStanding, type PersonalPosition } from './decide-personal.ts';
import { outcomeOf } from './outcome.ts';
import type { Person, PersonalRule } from './person.ts';

const now = new Date('2026-03-02T09:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const rule = (position: number, type: string, waitSeconds: number | null = null): PersonalRule => ({
  id: `N${position}`,
  position,
  type,
  waitSeconds,
});
const push = rule(0, 'notify_by_mobile_app');
const wait = rule(1, 'wait', 300);
const call = rule(2, 'notify_by_phone_call');
const list = [push, wait, call];

const anna = (fields: Partial<Person> = {}): Person => ({
  organizationId: 'O1',
  id: 'UANNA',
  username: 'anna',
  isActive: true,
  mayBeNotified: true,
  defaultRules: list,
  importantRules: [],
  ...fields,
});
const beginning: PersonalPosition = {
  dueAt: now,
  important: false,
  paged: false,
  useImportantRules: null,
  rulesDone: 0,
  lastRuleId: null,
  lastRulePosition: null,
};
const after = (last: PersonalRule, done: number): PersonalPosition => ({
  ...beginning,
  useImportantRules: false,
  rulesDone: done,
  lastRuleId: last.id,
  lastRulePosition: last.position,
});
const firing: GroupStanding = { state: 'firing', attachedTo: 'nothing', isWiped: false };

describe('the list goes on', () => {
  test.each([
    [
      'with its first rule at once',
      beginning,
      { do: 'notify', channel: 'mobile_app', rule: push, useImportantRules: false, nextAt: at(5) },
    ],
    [
      'with a wait, five seconds longer than it says',
      after(push, 1),
      { do: 'wait', rule: wait, useImportantRules: false, nextAt: at(305) },
    ],
    [
      'with the rule after a wait',
      after(wait, 2),
      { do: 'notify', channel: 'phone_call', rule: call, useImportantRules: false, nextAt: at(5) },
    ],
    ['to its end', after(call, 3), { do: 'finish' }],
  ])('%s', (_name, run, decision) => {
    expect(decidePersonal(run, anna(), firing, now)).toEqual(decision);
  });

  test('with a wait that began late, at the time it would have ended', () => {
    expect(decidePersonal({ ...after(push, 1), dueAt: at(-14) }, anna(), firing, now)).toMatchObject({
      do: 'wait',
      nextAt: at(291),
    });
  });

  test('a wait without a duration is no wait', () => {
    expect(decidePersonal(beginning, anna({ defaultRules: [rule(0, 'wait'), call] }), firing, now)).toMatchObject({
      do: 'wait',
      nextAt: at(5),
    });
  });

  test('behind a rule that was deleted meanwhile', () => {
    expect(decidePersonal(after(wait, 2), anna({ defaultRules: [push, call] }), firing, now)).toMatchObject({ rule: call });
  });

  test('behind where the last rule stands now', () => {
    const moved = [
      { ...rule(0, 'notify_by_email'), id: 'NEW' },
      { ...push, position: 1 },
      { ...call, position: 2 },
    ];
    expect(decidePersonal(after(push, 1), anna({ defaultRules: moved }), firing, now)).toMatchObject({ channel: 'phone_call' });
  });

  test('with rules that were added meanwhile', () => {
    expect(
      decidePersonal(after(call, 3), anna({ defaultRules: [...list, rule(3, 'notify_by_email')] }), firing, now),
    ).toMatchObject({ channel: 'email' });
  });

  test('over a rule it has no channel for, which fails', () => {
    expect(decidePersonal(beginning, anna({ defaultRules: [rule(0, 'notify_by_pigeon'), call] }), firing, now)).toMatchObject({
      do: 'fail_rule',
      errorCode: 24,
      nextAt: at(5),
    });
  });
});

describe('which list runs (escalation.md 3.2)', () => {
  const mail = [rule(0, 'notify_by_email')];
  test.each([
    ['default asked, default filled', false, { defaultRules: list, importantRules: mail }, 'mobile_app', false],
    ['important asked, important filled', true, { defaultRules: list, importantRules: mail }, 'email', true],
    ['important asked, only default filled', true, { defaultRules: list, importantRules: [] }, 'mobile_app', false],
    ['default asked, only important filled', false, { defaultRules: [], importantRules: [call] }, 'phone_call', true],
  ])('%s', (_name, important, rules, channel, useImportantRules) => {
    expect(decidePersonal({ ...beginning, important }, anna(rules), firing, now)).toMatchObject({ channel, useImportantRules });
  });

  test('both empty: one e-mail, and nothing follows', () => {
    const decision = decidePersonal(beginning, anna({ defaultRules: [] }), firing, now);
    expect(decision).toMatchObject({ do: 'notify', channel: 'email', rule: null, nextAt: null });
    expect(outcomeOf(beginning, decision, now)).toMatchObject({
      progress: { state: 'finished', dueAt: null },
      page: { channel: 'email', ruleId: null, ruleIndex: 0 },
    });
  });

  test('the list stays the one it began with, when the other is filled meanwhile', () => {
    const run = { ...after(push, 1), important: true, useImportantRules: false };
    expect(decidePersonal(run, anna({ importantRules: mail }), firing, now)).toMatchObject({ rule: wait });
  });

  test('a list whose rules were all deleted ends without an e-mail', () => {
    expect(decidePersonal(after(push, 1), anna({ defaultRules: [] }), firing, now)).toEqual({ do: 'finish' });
  });
});

describe('what ends a list (escalation.md 3.3)', () => {
  test.each<[string, GroupStanding, 'stop' | 'goes on', 'stop' | 'goes on']>([
    ['acknowledged', { ...firing, state: 'acknowledged' }, 'stop', 'goes on'],
    ['silenced', { ...firing, state: 'silenced' }, 'stop', 'goes on'],
    ['resolved', { ...firing, state: 'resolved' }, 'stop', 'stop'],
    ['wiped', { ...firing, isWiped: true }, 'stop', 'stop'],
    ['attached', { ...firing, attachedTo: 'root' }, 'stop', 'stop'],
    ['collected by maintenance', { ...firing, attachedTo: 'maintenance' }, 'stop', 'goes on'],
  ])('a group that is %s', (_name, group, ordinary, paged) => {
    const kind = (isPaged: boolean) =>
      decidePersonal({ ...beginning, paged: isPaged }, anna(), group, now).do === 'stop' ? 'stop' : 'goes on';
    expect([kind(false), kind(true)]).toEqual([ordinary, paged]);
  });

  test.each([
    ['gone', null],
    ['not active', anna({ isActive: false })],
    ['of a role that is not notified', anna({ mayBeNotified: false })],
  ])('a user who is %s, with failed record 25', (_name, person) => {
    const decision = decidePersonal(beginning, person, firing, now);
    expect(decision).toMatchObject({ do: 'stop', error: { code: 25 } });
    expect(outcomeOf(beginning, decision, now)).toMatchObject({
      progress: { state: 'cancelled' },
      record: { type: 3, errorCode: 25 },
      page: null,
    });
  });

  test('what was called off ends without a record', () => {
    const decision = decidePersonal(beginning, anna(), { ...firing, state: 'resolved' }, now);
    expect(outcomeOf(beginning, decision, now).record).toBeNull();
  });
});

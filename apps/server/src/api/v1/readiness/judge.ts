import type { PersonalRule } from '../../../escalation/index.ts';

/** What this server can reach somebody by, and whether it could now. */
export type ChannelCheck = (type: string) => string | null;

export type Judged = {
  readonly state: 'ready' | 'partial' | 'not_reachable';
  readonly reasons: readonly string[];
  readonly default_channels: readonly JudgedChannel[];
  readonly important_channels: readonly JudgedChannel[];
};
export type JudgedChannel = { readonly type: string; readonly problem: string | null };

const EMAIL = 'notify_by_email';

/** The rules that a page of this importance follows: its own, else those of the other kind, else one e-mail (escalation.md 3.2). */
const effective = (own: readonly PersonalRule[], other: readonly PersonalRule[]): readonly string[] => {
  const rules = own.length > 0 ? own : other;
  return rules.length === 0 ? [EMAIL] : [...new Set(rules.map(({ type }) => type).filter((type) => type !== 'wait'))];
};

/**
 * Whether a page would reach a person now (web-ui.md 15).
 * @param problemOf what keeps a channel from reaching this person; null when nothing does
 */
export function judge(
  person: {
    readonly mayBeNotified: boolean;
    readonly defaultRules: readonly PersonalRule[];
    readonly importantRules: readonly PersonalRule[];
  },
  problemOf: ChannelCheck,
): Judged {
  const channels = (types: readonly string[]): JudgedChannel[] => types.map((type) => ({ type, problem: problemOf(type) }));
  const byDefault = channels(effective(person.defaultRules, person.importantRules));
  const important = channels(effective(person.importantRules, person.defaultRules));
  const works = ({ problem }: JudgedChannel): boolean => problem === null;
  const hasNoRules = person.defaultRules.length + person.importantRules.length === 0;
  const reasons = [
    ...(person.mayBeNotified ? [] : ['Their role does not let them be notified.']),
    ...(hasNoRules ? ['They have no notification rules: one e-mail goes out.'] : []),
    ...(byDefault.some(works) ? [] : ['No channel of the default rules works.']),
    ...(important.some(works) ? [] : ['No channel of the important rules works.']),
    ...new Set([...byDefault, ...important].flatMap(({ problem }) => (problem === null ? [] : [problem]))),
  ];
  const isReached = person.mayBeNotified && byDefault.some(works) && important.some(works);
  const isNowhere = !person.mayBeNotified || !(byDefault.some(works) || important.some(works));
  return {
    state: isNowhere ? 'not_reachable' : isReached && reasons.length === 0 ? 'ready' : 'partial',
    reasons,
    default_channels: byDefault,
    important_channels: important,
  };
}

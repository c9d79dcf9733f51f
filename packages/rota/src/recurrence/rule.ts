export type RuleFrequency = 'SECONDLY' | 'MINUTELY' | 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';

/** `nth` counts from the start (1) or the end (-1) of the month or year; 0 means every such weekday. */
export type WeekdayRule = { readonly weekday: number; readonly nth: number };

/**
 * A recurrence rule of RFC 5545, 3.3.10, without UNTIL: that is an instant, and the caller ends the iteration there.
 * An empty list means that the part is absent. Weekday numbers: Monday 0.
 */
export type Rule = {
  readonly frequency: RuleFrequency;
  readonly interval: number;
  readonly count: number | null;
  readonly weekStart: number;
  readonly byMonth: readonly number[];
  readonly byWeekNo: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byMonthDay: readonly number[];
  readonly byDay: readonly WeekdayRule[];
  readonly byHour: readonly number[];
  readonly byMinute: readonly number[];
  readonly bySecond: readonly number[];
  readonly bySetPos: readonly number[];
};

/** The most periods and candidates one expansion of one rule may look at; about a tenth of a second. */
export const MAX_RULE_STEPS = 500_000;

/** Counts the steps of one expansion. Once spent, iteration stops and `exceeded` says so. */
export class StepBudget {
  exceeded = false;
  private left: number;
  constructor(steps: number = MAX_RULE_STEPS) {
    this.left = steps;
  }
  /** Takes `steps` off and says whether there was room. */
  take(steps = 1): boolean {
    this.left -= steps;
    if (this.left < 0) this.exceeded = true;
    return !this.exceeded;
  }
}

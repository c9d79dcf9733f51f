/**
 * Something in the stored data that the engine had to work around. The answer is still usable: people are paged by it.
 * - `unknown_time_zone`: the shift was computed in UTC
 * - `too_many_occurrences`: only the first occurrences of the window are there
 * - `rule_too_long`: a recurrence rule took more steps than allowed and was cut off
 * - `bad_event`: an imported event, or one of its properties, could not be read and was left out
 */
export type Problem = {
  readonly code: 'unknown_time_zone' | 'too_many_occurrences' | 'rule_too_long' | 'bad_event';
  /** Shift id, or UID of the imported event; null when the event has none. */
  readonly subject: string | null;
  readonly message: string;
};

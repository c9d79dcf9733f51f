/** One rule of a person: wait, or notify by a channel (escalation.md 3.1). */
export type PersonalRule = {
  id: string;
  position: number;
  /** Public `type`, such as `wait` or `notify_by_email`. */
  type: string;
  /** Of a wait; null counts as 0. */
  waitSeconds: number | null;
};

/** Somebody an escalation can reach, as they are now. */
export type Person = {
  organizationId: string;
  id: string;
  username: string;
  isActive: boolean;
  /** Holds `notifications:read`. */
  mayBeNotified: boolean;
  /** Both lists in order. */
  defaultRules: readonly PersonalRule[];
  importantRules: readonly PersonalRule[];
};

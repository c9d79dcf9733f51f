const DAY_MS = 86_400_000;

/** Milliseconds since midnight of `HH:MM:SSZ`, null when it is not of that form. */
export function timeOfDayMs(text: string | null): number | null {
  const parts = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)Z$/.exec(text ?? '');
  if (parts === null) return null;
  return ((Number(parts[1]) * 60 + Number(parts[2])) * 60 + Number(parts[3])) * 1_000;
}

/**
 * When a window of UTC times of day lets an escalation pass: `now` inside the window, else its next opening (escalation.md 2.6.2).
 * Equal bounds open once a day, for that instant. A window is a gate: what follows it runs at the opening without a second look.
 * @param fromMs and toMs milliseconds since midnight
 */
export function windowOpening(fromMs: number, toMs: number, now: Date): Date {
  const midnightMs = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const nowMs = now.getTime() - midnightMs;
  const today = new Date(midnightMs + fromMs);
  const tomorrow = new Date(midnightMs + DAY_MS + fromMs);
  if (fromMs < toMs) {
    if (nowMs < fromMs) return today;
    return nowMs < toMs ? now : tomorrow;
  }
  if (fromMs > toMs) return nowMs >= fromMs || nowMs < toMs ? now : today;
  if (nowMs === fromMs) return now;
  return nowMs < fromMs ? today : tomorrow;
}

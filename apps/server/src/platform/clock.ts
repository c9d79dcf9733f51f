/** The one source of time. Rules take an instant from it, SQL gets that instant as a parameter. */
export interface Clock {
  /** The instant that rows and rules are to carry. */
  now(): Date;
  /** Milliseconds that only ever grow, for measuring durations; their zero means nothing. */
  monotonicMs(): number;
}

/** A correction larger than this is reported (escalation.md G30). */
const JUMP_MS = 30_000;
/** Answers slower than this say too little about the time in between. */
const WORST_ROUND_TRIP_MS = 2_000;

export type ClockSkew = { skewMs: number; jumped: boolean };

export type SystemClock = Clock & {
  /**
   * Asks the database for its time and follows it from then on. Keeps the former offset when the answer was slow.
   * @returns by how much the clock was corrected
   */
  follow(readDatabaseTime: () => Promise<Date>): Promise<ClockSkew>;
  /** Database time minus the host's wall clock, in milliseconds, as last measured. */
  hostSkewMs(): number;
};

/**
 * The host's clock until `follow` has measured the database's, the database's from then on (escalation.md G29), so that hosts
 * with skewed clocks do nothing early or late. Runs on the monotonic clock between measurements. A correction backwards of up to
 * a second is waited out instead of repeated time; a larger one is followed at once.
 */
export function createSystemClock(
  host: { wallMs: () => number; monotonicMs: () => number } = { wallMs: Date.now, monotonicMs: () => performance.now() },
): SystemClock {
  let offsetMs = host.wallMs() - host.monotonicMs();
  let hostSkewMs = 0;
  let followed = false;
  let latestMs = 0;
  const nowMs = () => {
    const at = offsetMs + host.monotonicMs();
    const back = latestMs - at;
    if (back > 0 && back <= 1_000) return latestMs;
    latestMs = at;
    return at;
  };
  return {
    now: () => new Date(Math.floor(nowMs())),
    monotonicMs: host.monotonicMs,
    hostSkewMs: () => hostSkewMs,
    async follow(readDatabaseTime) {
      const sentMs = host.monotonicMs();
      const databaseMs = (await readDatabaseTime()).getTime();
      const answeredMs = host.monotonicMs();
      if (followed && answeredMs - sentMs > WORST_ROUND_TRIP_MS) return { skewMs: 0, jumped: false };
      const measuredMs = databaseMs - (sentMs + answeredMs) / 2;
      const skewMs = measuredMs - offsetMs;
      const jumped = followed && Math.abs(skewMs) > JUMP_MS;
      offsetMs = measuredMs;
      hostSkewMs = measuredMs + answeredMs - host.wallMs();
      followed = true;
      return { skewMs, jumped };
    },
  };
}

export type Duration = { days?: number; hours?: number; minutes?: number; seconds?: number; ms?: number };

const durationMs = ({ days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0 }: Duration): number =>
  (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + ms;

export type TestClock = Clock & { set(at: Date | string): void; advance(by: Duration): void };

/** A clock that stands still until it is moved. Its monotonic side is the real one plus what it was advanced by. */
export function createTestClock(at: Date | string): TestClock {
  let nowMs = new Date(at).getTime();
  let advancedMs = 0;
  return {
    now: () => new Date(nowMs),
    monotonicMs: () => performance.now() + advancedMs,
    set(to) {
      const toMs = new Date(to).getTime();
      advancedMs += Math.max(0, toMs - nowMs);
      nowMs = toMs;
    },
    advance(by) {
      nowMs += durationMs(by);
      advancedMs += durationMs(by);
    },
  };
}

/** ISO 8601 in UTC with six fractional digits, or none when they are all zero, as existing clients see it. */
export const apiTime = (at: Date): string => {
  const text = at.toISOString(); // …:09.402Z
  return at.getUTCMilliseconds() === 0 ? `${text.slice(0, 19)}Z` : `${text.slice(0, 23)}000Z`;
};

export const apiTimeOrNull = (at: Date | null): string | null => (at === null ? null : apiTime(at));

/** `YYYY-MM-DDTHH:MM:SSZ`, for the fields that never carry a fraction. */
export const apiSeconds = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`;

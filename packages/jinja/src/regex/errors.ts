/**
 * A pattern or a replacement that is not valid. `message` is Python's text without the place, `position` the code point
 * in the pattern where Python's parser stands when it finds out.
 */
export class RegexSyntaxError extends Error {
  override readonly name = 'RegexSyntaxError';
  readonly reason: string;
  readonly position: number | undefined;

  constructor(reason: string, position?: number) {
    super(position === undefined ? reason : `${reason} at position ${position}`);
    this.reason = reason;
    this.position = position;
  }
}

/** Flags that exclude each other: Python's ValueError rather than its own `error`. */
export class RegexFlagError extends RegexSyntaxError {}

/** A reference to a group that the pattern does not have, by name, in a replacement: Python's IndexError. */
export class RegexGroupError extends Error {
  override readonly name = 'RegexGroupError';
}

/** A search was given up: `limits.expired()` said so, or it would have needed too much memory. */
export class RegexLimitError extends Error {
  override readonly name = 'RegexLimitError';
}

/** Why a call was refused; stable, for callers that branch on it. */
export type RotaErrorCode =
  | 'BAD_CIVIL_TIME'
  | 'BAD_INSTANT'
  | 'BAD_DATE'
  | 'BAD_DURATION'
  | 'BAD_WINDOW'
  | 'BAD_DAYS'
  | 'UNKNOWN_ZONE';

/** A broken promise of the caller: a value that cannot be read. Stored shifts and feeds never cause it, they cause problems. */
export class RotaError extends Error {
  override readonly name = 'RotaError';
  readonly code: RotaErrorCode;
  constructor(code: RotaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

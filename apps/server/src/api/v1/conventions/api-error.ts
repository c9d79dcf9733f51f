/** What an error body may hold: texts (and numbers for machines), lists of texts, or the same below a field's name. */
export type ErrorBody = string | number | readonly ErrorBody[] | { readonly [field: string]: ErrorBody };

/** An answer other than success, in the shapes that existing clients match on (http-api-alerting.md 1.10). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: ErrorBody, headers: Readonly<Record<string, string>> = {}) {
    super(`${status}: ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** A rule that aborts at once: no other error of the request is reported. `code` stays when the text is worded anew. */
export const refusal = (detail: string, code: string): ApiError => new ApiError(400, { detail, code });

/** Errors of single fields, each a list of texts or a nested object. */
export const fieldErrors = (errors: { readonly [field: string]: ErrorBody }): ApiError => new ApiError(400, errors);

/** A rule over several fields. */
export const conflictOfFields = (text: string): ApiError => new ApiError(400, { non_field_errors: [text] });

export const notFound = (): ApiError => new ApiError(404, { detail: 'Not found.' });

export const forbidden = (detail = 'You do not have permission to perform this action.', code = 'permission_denied'): ApiError =>
  new ApiError(403, { detail, code });

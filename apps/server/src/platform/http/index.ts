export { createHttp, type Http, type HttpOptions, serveOpenApi } from './create-http.ts';
export { redactPath } from './redact-path.ts';

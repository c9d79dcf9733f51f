export { refuseOtherHosts } from './allowed-hosts.ts';
export { sendApiHeaders } from './api-headers.ts';
export { allowOrigins } from './cors.ts';
export { createHttp, type Http, type HttpOptions } from './create-http.ts';
export { openApiDocument, serveOpenApi } from './openapi.ts';
export { redactPath } from './redact-path.ts';
export type { DirectRoute, RequestFacts } from './serve-directly.ts';

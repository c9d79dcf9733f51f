export { registerApiDocs } from './api-docs.ts';
export { createWebUi, type WebUi } from './web-ui.ts';

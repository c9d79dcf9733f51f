export { createWebUi, type WebUi } from './web-ui.ts';

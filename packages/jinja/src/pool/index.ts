export type { CreateEnvironment, RegexRequest, RenderRequest } from './job.ts';
export { RenderPool, RenderPoolBusyError, type RenderPoolOptions } from './render-pool.ts';

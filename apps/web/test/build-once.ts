import { buildWeb, isWebBuilt } from '../../../scripts/build-web.js';

/** Builds the UI once for a run of browser tests. */
export function setup(): void {
  if (!isWebBuilt() && !buildWeb()) throw new Error('The web UI did not build.');
}

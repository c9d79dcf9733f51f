import { createEnvironment, type SlowRenderer } from '../templates/index.ts';

/** Renders with the whole budget on the main thread, for tests that are not about threads. */
export const inlineRenderer: SlowRenderer = {
  render: async (source, context) => createEnvironment().compile(source).render(context),
};

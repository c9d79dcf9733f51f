import { parseJson } from '@tocsin/jinja';
import { createEnvironment, type SlowRenderer } from '../templates/index.ts';

/** Renders with the whole budget on the main thread, for tests that are not about threads. */
export const inlineRenderer: SlowRenderer = {
  render: async (source, json) =>
    createEnvironment()
      .compile(source)
      .render(Object.fromEntries(Object.entries(json).map(([name, text]) => [name, parseJson(text)]))),
};

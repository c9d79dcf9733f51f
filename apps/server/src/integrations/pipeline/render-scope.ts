import type { Rendered, TemplateContext, Templates } from '../../templates/index.ts';
import type { TemplateOutcome } from './template-errors.ts';

/** Renders the templates of one alert and remembers how they did. */
export interface RenderScope {
  render(templates: Templates, name: string, source: string, context: TemplateContext): Promise<Rendered> | Rendered;
  readonly outcomes: TemplateOutcome[];
  /** A template did not end in the time that may pass on the main thread. */
  readonly wasSlow: boolean;
}

export function createRenderScope(organizationId: string, integrationId: string): RenderScope {
  const outcomes: TemplateOutcome[] = [];
  let wasSlow = false;
  const note = (name: string, rendered: Rendered): Rendered => {
    outcomes.push({ organizationId, integrationId, name, error: rendered.ok ? null : rendered.text });
    if (rendered.wasSlow) wasSlow = true;
    return rendered;
  };
  return {
    outcomes,
    get wasSlow() {
      return wasSlow;
    },
    render(templates, name, source, context) {
      const rendered = templates.render(source, context);
      return rendered instanceof Promise ? rendered.then((later) => note(name, later)) : note(name, rendered);
    },
  };
}

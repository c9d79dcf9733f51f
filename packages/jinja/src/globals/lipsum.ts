import { indexArg } from '../filters/support.ts';
import { native } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { Markup } from '../values/markup.ts';
import { truthy } from '../values/ops.ts';
import type { Value } from '../values/types.ts';

const words =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed non risus suspendisse lectus tortor dignissim nec'.split(' ');

/** Words in a fixed order, so that every rendering of a template shows the same text. */
function paragraph(start: number, least: number, most: number): string {
  const count = most > least ? least + ((start * 7) % (most - least)) : least;
  const text = Array.from({ length: count }, (_, i) => words[(start * 5 + i * (1 + (start % 3))) % words.length]).join(' ');
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function lipsum([n = null, html = null, min = null, max = null]: readonly Value[], rt: RenderState): Value {
  const count = indexArg(n);
  const [least, most] = [indexArg(min), indexArg(max)];
  rt.budget.step(Math.max(0, count));
  rt.budget.grow(Math.max(0, count) * Math.max(1, least, most) * 24);
  const paragraphs = Array.from({ length: Math.max(0, count) }, (_, i) => paragraph(i, least, most));
  if (!truthy(html, rt)) return paragraphs.join('\n\n');
  return new Markup(paragraphs.map((text) => `<p>${text}</p>`).join('\n'));
}

/** Filler text; unlike Jinja2's it is always the same. */
export const lipsumFunction = native('generate_lorem_ipsum', 'n=5, html=True, min=20, max=100', lipsum);

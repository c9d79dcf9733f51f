import { typeError } from '../errors.ts';
import { ADDRESS } from '../values/address.ts';
import { strRepr } from '../values/str-repr.ts';
import { textOf } from '../values/text.ts';
import { PyObject, type Value } from '../values/types.ts';
import type { Context, Frame, RenderState } from './state.ts';

type Blocks = ReadonlyMap<string, (outer: Frame, context: Context) => void>;

/** The variable `self`: the template's blocks by name. */
export class TemplateReference extends PyObject {
  readonly #frame: Frame;
  readonly #blocks: Blocks;

  constructor(frame: Frame, blocks: Blocks) {
    super();
    this.#frame = frame;
    this.#blocks = blocks;
  }

  get typeName(): string {
    return 'TemplateReference';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getItem(key: Value): Value | undefined {
    const name = textOf(key);
    const run = name === undefined ? undefined : this.#blocks.get(name);
    return name === undefined || run === undefined ? undefined : new BlockReference(name, () => this.#render(run));
  }

  #render(run: (outer: Frame, context: Context) => void): Value {
    const { rt, context } = this.#frame;
    rt.budget.enter();
    rt.budget.step();
    const text = rt.capture(() => run(this.#frame, context));
    rt.budget.leave();
    return rt.rendered(text);
  }

  override repr(): string {
    return '<TemplateReference None>';
  }
}

/** `self.name`: prints the block once more when called. */
class BlockReference extends PyObject {
  readonly #name: string;
  readonly #render: () => Value;

  constructor(name: string, render: () => Value) {
    super();
    this.#name = name;
    this.#render = render;
  }

  get typeName(): string {
    return 'BlockReference';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  override get callable(): boolean {
    return true;
  }

  override getAttr(name: string, rt: RenderState): Value | undefined {
    if (name === 'name') return this.#name;
    return name === 'super'
      ? rt.undefined({ hint: `there is no parent block called ${strRepr(this.#name)}.`, name: 'super' })
      : undefined;
  }

  override call(args: readonly Value[]): Value {
    if (args.length > 0)
      throw typeError(`BlockReference.__call__() takes 1 positional argument but ${args.length + 1} were given`);
    return this.#render();
  }

  override repr(): string {
    return `<jinja2.runtime.BlockReference object ${ADDRESS}>`;
  }
}

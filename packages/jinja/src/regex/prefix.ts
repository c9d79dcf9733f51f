import type { RegexNode } from './ast.ts';
import { CharSet, type SetExpression } from './char-set.ts';
import { width } from './measure.ts';
import type { Program } from './program.ts';

/** What helps to find places where a match can begin, or to see that there is none. */
export function analyse(root: RegexNode): Pick<Program, 'anchored' | 'firstSet' | 'requiredText' | 'literal'> {
  const first = firstOf(root);
  const runs = literalRuns(root);
  return {
    anchored: isAnchored(root),
    firstSet: first === undefined || width(root).min === 0 ? undefined : new CharSet({ kind: 'union', items: first }),
    requiredText: runs.texts.reduce((longest, text) => (text.length > longest.length ? text : longest), ''),
    literal: runs.isWhole ? runs.texts[0] : undefined,
  };
}

function isAnchored(node: RegexNode): boolean {
  switch (node.type) {
    case 'assertion':
      return node.kind === 'start';
    case 'sequence':
      return node.items[0] !== undefined && isAnchored(node.items[0]);
    case 'alternatives':
      return node.items.every(isAnchored);
    case 'group':
    case 'atomic':
      return isAnchored(node.body);
    default:
      return false;
  }
}

/** The sets of which one must hold the first character; undefined when that is not known. Empty for no character. */
function firstOf(node: RegexNode): readonly SetExpression[] | undefined {
  switch (node.type) {
    case 'char':
      return [{ kind: 'range', low: node.code, high: node.code }];
    case 'set': {
      const set = new CharSet(node.set, node.ignoreCase);
      return [{ kind: 'test', test: (code) => set.has(code) }];
    }
    case 'sequence': {
      const sets: SetExpression[] = [];
      for (const item of node.items) {
        const first = firstOf(item);
        if (first === undefined) return undefined;
        sets.push(...first);
        if (width(item).min > 0) break;
      }
      return sets;
    }
    case 'alternatives': {
      const all = node.items.map(firstOf);
      return all.some((first) => first === undefined) ? undefined : all.flatMap((first) => first ?? []);
    }
    case 'repeat':
    case 'group':
    case 'atomic':
      return firstOf(node.body);
    case 'look':
    case 'assertion':
      return [];
    default:
      return undefined;
  }
}

type Runs = { texts: string[]; isWhole: boolean };

/** Runs of plain characters that every match contains. */
function literalRuns(root: RegexNode): Runs {
  const texts: string[] = [];
  let current = '';
  let isWhole = true;
  const end = () => {
    if (current !== '') texts.push(current);
    current = '';
  };
  const visit = (node: RegexNode): void => {
    switch (node.type) {
      case 'char':
        current += String.fromCodePoint(node.code);
        return;
      case 'sequence':
        for (const item of node.items) visit(item);
        return;
      case 'group':
        isWhole = false;
        visit(node.body);
        return;
      case 'repeat':
        isWhole = false;
        end();
        if (node.min > 0) visit(node.body);
        end();
        return;
      default:
        isWhole = false;
        end();
    }
  };
  visit(root);
  end();
  return { texts, isWhole: isWhole && texts.length === 1 };
}

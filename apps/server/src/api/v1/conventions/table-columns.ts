import { Type } from 'typebox';
import type { TableColumn } from '../../../alerting/index.ts';
import { custom, Invalid, isObject } from './fields.ts';

const MOST_COLUMNS = 50;
const LONGEST = 300;

const Column = Type.Object({
  id: Type.String({ description: 'Of a label: its key.' }),
  name: Type.String(),
  type: Type.Union([Type.Literal('default'), Type.Literal('label')]),
});

/** Columns of the table of alert groups, in their order. */
export const columnsField = custom<readonly TableColumn[]>(Type.Array(Column, { maxItems: MOST_COLUMNS }), (raw) => {
  if (!Array.isArray(raw) || raw.length > MOST_COLUMNS)
    throw new Invalid([`Expected a list of at most ${MOST_COLUMNS} columns.`]);
  return raw.map((column: unknown): TableColumn => {
    const { id, name, type } = isObject(column) ? column : {};
    if (
      typeof id !== 'string' ||
      typeof name !== 'string' ||
      (type !== 'default' && type !== 'label') ||
      id.length + name.length > LONGEST
    )
      throw new Invalid(['A column has an id, a name, and the type default or label.']);
    return { id, name, type };
  });
});

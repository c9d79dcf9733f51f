import { Type } from 'typebox';
import { MAX_POSITION, type Placement } from '../../../platform/db/ordered-rows.ts';
import { refusal } from './api-error.ts';
import { boolean, custom, integer } from './fields.ts';

/** The two keys that place a row among its neighbours (http-api-alerting.md 1.12). */
export const positionFields = {
  position: custom<number>(Type.Integer({ minimum: -1, maximum: MAX_POSITION }), (raw) => integer().read(raw)),
  manual_order: boolean(),
};

/** Where the body wants the row; null when it does not say. */
export function readPlacement(body: { position?: number; manual_order?: boolean }): Placement | null {
  if (body.position === undefined) return null;
  const swap = body.manual_order ?? false;
  if (body.position > MAX_POSITION || body.position < -1 || (body.position === -1 && swap))
    throw refusal('Invalid value for position field', 'invalid_position');
  return { position: body.position, swap };
}

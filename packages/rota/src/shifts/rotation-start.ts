import type { CivilTime } from '../time/civil.ts';
import { SECOND_MS } from '../time/civil.ts';
import type { Shift } from './shift.ts';

/**
 * Whether an occurrence beginning at `start` is late enough for the shift's `rotationStart`. Rotations made in the UI
 * keep one that is under way and clip it; all others begin with the first that starts at or after it. Wall clocks are compared.
 */
export function passesRotationStart(shift: Shift, start: CivilTime): boolean {
  const rotationStart = shift.rotationStart ?? shift.start;
  return shift.source === 'web' ? start + shift.durationSeconds * SECOND_MS > rotationStart : start >= rotationStart;
}

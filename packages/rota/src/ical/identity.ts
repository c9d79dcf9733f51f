import type { ShiftSource } from '../shifts/shift.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const GENERATED = new RegExp(`^oncall-${UUID}-PK([^-]+)-U\\d+-E\\d+-S(\\d+)$`, 'i');
const OLD_GENERATED = new RegExp(`^amixr-${UUID}-U\\d+-E\\d+-S(\\d+)$`, 'i');
/** Exports of this engine (to the second) and of the reference (no minutes). */
const EXPORTED = /^([A-Za-z0-9]+)-(?:\d{12}|\d{14})-[A-Za-z0-9]+$/;
const SOURCES: readonly ShiftSource[] = ['web', 'api', 'slack', 'terraform'];

export type Identity = { readonly shiftId: string | null; readonly source: ShiftSource | null };

/**
 * Whose event this is, from its UID.
 * @param recurrenceId ISO text of the RECURRENCE-ID, or null
 */
export function identityOf(uid: string, sequence: number, recurrenceId: string | null): Identity {
  const generated = GENERATED.exec(uid);
  if (generated !== null) return { shiftId: generated[1] ?? null, source: SOURCES[Number(generated[2])] ?? null };
  const old = OLD_GENERATED.exec(uid);
  if (old !== null) return { shiftId: null, source: SOURCES[Number(old[1])] ?? null };
  const exported = EXPORTED.exec(uid);
  if (exported !== null) return { shiftId: exported[1] ?? null, source: null };
  if (uid === '') return { shiftId: null, source: null };
  const revision = sequence === 0 ? '' : `_${sequence}`;
  return { shiftId: `${uid}${revision}${recurrenceId === null ? '' : `_${recurrenceId}`}`, source: null };
}

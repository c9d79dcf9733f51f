import type { Membership, Shift } from '../shifts/shift.ts';
import type { CivilDay } from '../time/civil.ts';
import { civilAt } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import type { Zone } from '../time/zone.ts';

export type MembershipPiece = Interval & { readonly users: readonly string[] };

/**
 * Cuts an occurrence where a member joins or leaves and says who has each piece: the members of the turn's group who
 * belong to the rotation then. When none does, the next group that has somebody takes it (`next-group`, the default),
 * or nobody. Turns of others do not move.
 */
export function membershipPieces(
  shift: Shift,
  groups: readonly (readonly string[])[],
  turn: number,
  occurrence: Interval,
  zone: Zone,
): MembershipPiece[] {
  const spans = new Map((shift.members ?? []).map((member) => [member.userId, spanOf(member, zone)]));
  const borders = [...spans.values()].flatMap(({ start, end }) => [start, end]);
  const cuts = borders.filter((at): at is Instant => at !== null && at > occurrence.start && at < occurrence.end);
  const edges = [...new Set([occurrence.start, ...cuts, occurrence.end])].sort((a, b) => a - b);
  const belongs = (id: string, at: Instant): boolean => {
    const span = spans.get(id);
    return span === undefined || ((span.start === null || span.start <= at) && (span.end === null || at < span.end));
  };
  const pieces: MembershipPiece[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const start = edges[i]!;
    const present = (group: readonly string[]): readonly string[] => group.filter((id) => belongs(id, start));
    const own = groups[turn] ?? [];
    let users = present(own);
    if (users.length === 0 && own.length > 0 && (shift.absentTurn ?? 'next-group') === 'next-group') {
      const others = groups.map((_, step) => present(groups[(turn + step) % groups.length] ?? []));
      users = others.find((group) => group.length > 0) ?? [];
    }
    const last = pieces.at(-1);
    const end = edges[i + 1]!;
    if (last !== undefined && samePeople(last, users)) pieces[pieces.length - 1] = { ...last, end };
    else pieces.push({ start, end, users });
  }
  return pieces;
}

const samePeople = (piece: MembershipPiece, users: readonly string[]): boolean => piece.users.join('\n') === users.join('\n');

/** A member belongs from the beginning of the day of joining to the beginning of the day of leaving. */
function spanOf(member: Membership, zone: Zone): { readonly start: Instant | null; readonly end: Instant | null } {
  const at = (day: CivilDay | null): Instant | null => (day === null ? null : zone.toInstant(civilAt(day, 0), 'first-or-change'));
  return { start: at(member.joins), end: at(member.leaves) };
}

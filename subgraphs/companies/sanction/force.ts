/** When sanctions are in force: pure. */
import type { SanctionRecord } from './sanction.model.ts';

type Timed = Pick<SanctionRecord, 'kind' | 'from' | 'until' | 'liftedAt'>;

/** Where a sanction stands. */
export type SanctionState = 'SCHEDULED' | 'IN_FORCE' | 'ENDED' | 'LIFTED';

/** Where a sanction stands at an instant: its beginning is in force, its end is not. */
export function stateAt({ from, until, liftedAt }: Timed, now: Date): SanctionState {
  if (liftedAt !== null && liftedAt <= now) return 'LIFTED';
  if (from > now) return 'SCHEDULED';
  return until !== null && until <= now ? 'ENDED' : 'IN_FORCE';
}

/** Until when restrictions in force keep a firm out: the longest of those that overlap; null when none is in force. */
export function restrictedUntilBy(sanctions: readonly Timed[], now: Date): Date | null {
  const ends = sanctions
    .filter((each) => each.kind === 'RESTRICTION' && stateAt(each, now) === 'IN_FORCE')
    .flatMap(({ until }) => (until === null ? [] : [until.getTime()]));
  return ends.length === 0 ? null : new Date(Math.max(...ends));
}

/** When something of a sanction is to be told next; null when nothing more is. */
export function nextAt({
  from,
  until,
  begunAt,
  endedAt,
  liftedAt,
}: Timed & Pick<SanctionRecord, 'begunAt' | 'endedAt'>): Date | null {
  if (endedAt !== null || liftedAt !== null) return null;
  return begunAt === null ? from : until;
}

/** What keeps two firms out that become one: nobody leaves a restriction behind by becoming part of another firm. */
export function laterRestriction(
  one: { restrictedUntil: Date | null; restrictedBecause: string | null },
  other: { restrictedUntil: Date | null; restrictedBecause: string | null },
) {
  const end = ({ restrictedUntil }: typeof one) => restrictedUntil?.getTime() ?? 0;
  const { restrictedUntil, restrictedBecause } = end(one) > end(other) ? one : other;
  return { restrictedUntil, restrictedBecause };
}

// What the outside hears of a running job: the best team and bound so far, after every change.
import type { Team } from '../task/instance.ts';
import type { News } from './run.ts';
import { relativeGap } from './search.ts';
import type { Phase, Progress } from '../problem.ts';

/** A team and its points. */
export type Best = { readonly team: Team; readonly points: number };

/** Phases in which the best team is looked for; later ones answer other questions. The first is told once firms are filtered. */
const mainPhases: readonly Phase[] = ['DRAFT', 'PRICING', 'SEARCH'];

/**
 * Keeps the best of the news and reports after each.
 *
 * @param report the second value is the best team where it has just been found, else null
 */
export function newsKeeper(
  ids: readonly string[],
  elapsed: () => number,
  report: (progress: Progress, found: Best | null) => void,
): (news: News) => void {
  let phase: Phase | null = null;
  let best: Best | null = null;
  let bound: number | null = null;
  return (news) => {
    const isMain = isMainPhase(phase);
    const found = isMain ? betterOf(best, news.best) : null;
    const nextPhase = news.phase !== undefined && mayFollow(phase, news.phase) ? news.phase : phase;
    const nextBound = isMain ? tighter(bound, news.bound) : bound;
    if (found === null && nextPhase === phase && nextBound === bound) return;
    best = found ?? best;
    phase = nextPhase;
    bound = nextBound;
    report(
      progressOf(ids, { phase: phase ?? 'DRAFT', best, bound, elapsedMillis: elapsed() }),
      found,
    );
  };
}

// Once the best team is decided, searches for other questions do not bring the first phases back.
function mayFollow(phase: Phase | null, next: Phase): boolean {
  return isMainPhase(phase) || !mainPhases.includes(next);
}

function isMainPhase(phase: Phase | null): boolean {
  return phase === null || mainPhases.includes(phase);
}

function tighter(known: number | null, found: number | undefined): number | null {
  if (found === undefined || found <= (known ?? Number.NEGATIVE_INFINITY)) return known;
  return found;
}

function betterOf(known: Best | null, found: Best | undefined): Best | null {
  return found && (known === null || found.points < known.points) ? found : null;
}

function progressOf(
  ids: readonly string[],
  now: { phase: Phase; best: Best | null; bound: number | null; elapsedMillis: number },
): Progress {
  const { phase, best, bound, elapsedMillis } = now;
  const isComplete = best !== null && bound !== null;
  return {
    phase,
    elapsedMillis,
    points: best?.points ?? null,
    // The last digit of a sum is no proof that a team does not exist.
    bound: isComplete ? Math.min(best.points, bound) : bound,
    gap: isComplete ? relativeGap(best.points, bound) : null,
    memberIds: best?.team.firms.map((firm) => ids[firm] ?? '') ?? [],
  };
}

// One running job: the solver, the clock, the counters, and where progress goes.
import type { Solver } from './highs.ts';
import type { Team } from '../task/instance.ts';
import type { Phase } from '../problem.ts';

/** What the parts of a job share. */
export type Run = {
  readonly solver: Solver;
  readonly seed: number;
  /** Relative gap at which to stop. */
  readonly gap: number;
  /** Milliseconds left of the time limit; 0 or less when it is over. */
  readonly left: () => number;
  readonly counts: Counts;
  /** Tells of a better team or bound. Called often; may do nothing. */
  readonly tell: (news: News) => void;
};

/** Work done so far. */
export type Counts = {
  linear: number;
  integer: number;
  nodes: number;
  refused: number;
  hasHitTime: boolean;
  hasHitNodes: boolean;
};

/** Something that changed; what is left out stays as it was. */
export type News = {
  readonly phase?: Phase;
  readonly best?: { team: Team; points: number };
  readonly bound?: number;
};

/** Counters at nought. */
export function noCounts(): Counts {
  return { linear: 0, integer: 0, nodes: 0, refused: 0, hasHitTime: false, hasHitNodes: false };
}

/** Seconds that one programme may take: what is left, or a share of it. */
export function secondsFor(run: Run, share = 1): number {
  return Math.max(0.05, (run.left() * share) / 1000);
}

/** The same job with a share of its time. */
export function withShare(run: Run, share: number): Run {
  const kept = (1 - share) * Math.max(0, run.left());
  return { ...run, left: () => run.left() - kept };
}

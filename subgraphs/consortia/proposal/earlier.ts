/** Records of searches as earlier versions kept them: what they lack is filled in when they are read. Pure. */
import type { Problem } from '#kit/refusal.ts';
import type { Weights } from '../assembly/problem.ts';
import type { Funnel, Proposal } from '../assembly/result.ts';
import type { CappedFirm } from './exposure.ts';
import { missesFrom, type Misses } from './misses.ts';

/** A team, perhaps without what it misses. */
type EarlierProposal = Pick<Proposal, 'points' | 'bound' | 'gap' | 'parts'> & { misses?: Misses };

/** A search as any version may have kept it, as far as it is filled in here or needed for that. */
export interface EarlierAssembly {
  status: string;
  requestedAt: Date;
  proposals: EarlierProposal[];
  infeasibility: { relaxation: { proposal: EarlierProposal | null } | null } | null;
  weights: Weights;
  statistics: { readonly seconds: number } | null;
  runner?: string;
  cancelAskedAt?: Date | null;
  endedAt?: Date | null;
  progress?: object;
  problems?: Problem[];
  repair?: object | null;
  funnels?: Funnel[];
  capped?: CappedFirm[];
  solvedAgain?: object[];
}

/**
 * Fills in what a record lacks, in place: the first versions kept a search only once it had ended, without how far it
 * had come, without what its teams miss and without firms that caps left out.
 */
export function fillIn(record: EarlierAssembly): void {
  const seconds = record.statistics?.seconds ?? 0;
  const ended = new Date(record.requestedAt.getTime() + seconds * 1_000);
  const lacking: Partial<EarlierAssembly> = {
    problems: [],
    funnels: [],
    capped: [],
    solvedAgain: [],
    repair: null,
    runner: '',
    cancelAskedAt: null,
    endedAt: record.status === 'RUNNING' ? null : ended,
    progress: progressOf(record.proposals[0], seconds),
  };
  Object.assign(record, { ...lacking, ...record });
  const relaxed = record.infeasibility?.relaxation?.proposal ?? [];
  for (const proposal of [record.proposals, relaxed].flat())
    proposal.misses ??= missesFrom(proposal.parts, record.weights);
}

function progressOf(best: EarlierProposal | undefined, seconds: number) {
  const { points = null, bound = null, gap = null } = best ?? {};
  return { seq: 1, phase: 'DONE', points, bound, gap, elapsedMillis: seconds * 1_000 };
}

/** Solving again under other weights: whether another team of the same firms would be best. */
import { solveSensitivity } from '../assembly/assembly.ts';
import type { AssemblyOptions } from '../assembly/problem.ts';
import type { AssemblyResult } from '../assembly/result.ts';
import type { SolvedAgainRecord } from './assembly.model.ts';
import type { Gathered } from './gather.ts';
import type { Watch } from './search.ts';

/**
 * The best team under each weight lower and higher, in the time of one search more. Cut short or ended, those that it
 * has come to: the teams that were found before stand.
 *
 * @param change basis points of a weight
 */
export async function solveAgain(
  { pool }: Pick<Gathered, 'pool'>,
  { proposals, statistics }: Pick<AssemblyResult, 'proposals' | 'statistics'>,
  change: number,
  { signal, onProgress, ...options }: Omit<AssemblyOptions, 'signal' | 'onProgress'> & Watch,
): Promise<SolvedAgainRecord[]> {
  const before = statistics.seconds * 1_000;
  const began = performance.now();
  const tell = () => {
    const elapsedMillis = before + performance.now() - began;
    onProgress({ phase: 'WEIGHTS', elapsedMillis });
  };
  tell();
  const how = { change: change / 10_000, isSolvedAgain: true };
  const asked = { ...options, alternatives: 0, explain: false, signal, onScenario: tell };
  const { scenarios } = await solveSensitivity(pool, proposals, how, asked);
  return scenarios.map(({ aim, change: share, weights, best }) => ({
    aim,
    change: Math.round(share * 10_000),
    weights,
    best: best && {
      memberIds: [...best.memberIds],
      points: best.points,
      gap: best.gap,
      joinIds: [...best.joinIds],
      leaveIds: [...best.leaveIds],
    },
  }));
}

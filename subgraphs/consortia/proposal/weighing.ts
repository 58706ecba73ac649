/**
 * Proposals under other weights. The objective is a sum of what a team misses of each aim, times its weight: once that
 * is kept, any weights can be tried without the pool. Pure.
 */
import { problem, type Problem } from '#kit/refusal.ts';
import { evaluate } from '../assembly/evaluate.ts';
import { shiftWeights } from '../assembly/explanation/shift.ts';
import type { StatedProblem, Weights } from '../assembly/problem.ts';
import type { Parts, Proposal } from '../assembly/result.ts';
import type { AssemblyRecord, ProposalRecord } from './assembly.model.ts';
import type { Misses } from './misses.ts';

/** The aims of a search, in the order in which they are shown. */
export const aims = ['coverage', 'track', 'cost', 'size', 'cohesion'] as const;

const one: Weights = { coverage: 1, track: 1, cost: 1, size: 1, cohesion: 1 };

/** What all weights sum to. */
const whole = 1_000;

/** What is wrong with weights; every one is 0 to 1,000 and they sum to 1,000. */
export function weightFaults(weights: Weights, path: string[]): Problem[] {
  const isFit = (weight: number) => Number.isInteger(weight) && weight >= 0 && weight <= whole;
  const outside = aims.filter((aim) => !isFit(weights[aim]));
  const sum = aims.reduce((total, aim) => total + weights[aim], 0);
  return [
    ...outside.map((aim) =>
      problem('INVALID', `A weight is 0 to ${whole.toLocaleString('en')}.`, [...path, aim], {
        rule: 'WEIGHT_RANGE',
        limit: `0-${whole}`,
        found: String(weights[aim]),
      }),
    ),
    ...(sum === whole ? [] : [sumFault(sum, path)]),
  ];
}

function sumFault(sum: number, path: string[]): Problem {
  return problem('INVALID', `Weights are 0 to 1,000 and sum to 1,000; these sum to ${sum}.`, path, {
    rule: 'WEIGHTS_SUM',
    limit: String(whole),
    found: String(sum),
  });
}

/** What a team misses of each aim: its points where each weight is 1. */
export function missesOf(
  pool: StatedProblem,
  { leadId, members }: Proposal,
  costReferenceWon: number,
): Weights {
  const team = {
    leadId,
    members: members.map(({ candidateId, carries }) => ({
      candidateId,
      requirementIds: carries.map(({ requirementId }) => requirementId),
    })),
  };
  return evaluate({ ...pool, weights: one }, team, costReferenceWon).parts;
}

/** Whether the points under these weights are known. */
export function isKnownUnder(misses: Misses, weights: Weights): boolean {
  return aims.every((aim) => weights[aim] === 0 || misses[aim] !== null);
}

/** A proposal's place under other weights. */
export interface Reweighed {
  proposal: ProposalRecord;
  /** 1 for the best. */
  rank: number;
  points: number;
  parts: Parts;
}

/** Proposals under other weights, best first; those with the same points keep their order. All `isKnownUnder` these. */
export function reweigh(proposals: readonly ProposalRecord[], weights: Weights): Reweighed[] {
  return proposals
    .map((proposal) => {
      const parts = partsUnder(proposal.misses, weights);
      return { proposal, rank: proposal.rank, parts, points: sumOf(parts) };
    })
    .toSorted((a, b) => a.points - b.points || a.rank - b.rank)
    .map((each, index) => ({ ...each, rank: index + 1 }));
}

/** One aim taken more or less important. */
export interface WeightScenario {
  aim: (typeof aims)[number];
  /** Change of the aim's weight, basis points of it. */
  change: number;
  weights: Weights;
  ranking: Reweighed[];
  /** The same proposal is first. */
  isFirstSame: boolean;
}

/**
 * Each weight in turn taken lower and higher by a part of itself; the others share the rest in their old proportions.
 *
 * @param change basis points
 */
export function scenariosOf(
  { proposals, weights }: Pick<AssemblyRecord, 'proposals' | 'weights'>,
  change: number,
): WeightScenario[] {
  return aims
    .filter((aim) => weights[aim] > 0)
    .flatMap((aim) => [-change, change].map((by) => ({ aim, by })))
    .map(({ aim, by }) => {
      const shifted = shiftWeights(weights, aim, by / 10_000);
      const ranking = reweigh(proposals, shifted);
      const isFirstSame = ranking[0]?.proposal.id === proposals[0]?.id;
      return { aim, change: by, weights: shifted, ranking, isFirstSame };
    });
}

function partsUnder(misses: Misses, weights: Weights): Parts {
  const part = (aim: keyof Weights) => (misses[aim] ?? 0) * weights[aim];
  return {
    coverage: part('coverage'),
    track: part('track'),
    cost: part('cost'),
    size: part('size'),
    cohesion: part('cohesion'),
  };
}

function sumOf(parts: Parts): number {
  return aims.reduce((sum, aim) => sum + parts[aim], 0);
}

// The problem in numbers: firms that could join, sorted by id, and what each could carry.
import { at } from './dense.ts';
import type { Block, Constraint, ViolationPrices, Weights } from '../problem.ts';
import type { Funnel } from '../result.ts';

/** least <= everyone·(number of members) + sum of `extra` over the members listed <= most. */
export type QuotaRow = {
  /** The rule a person knows it by; null for rows of our own, such as the distance between proposals. */
  readonly constraint: Constraint | null;
  readonly least: number;
  readonly most: number;
  readonly everyone: number;
  /** In ascending order, each once. */
  readonly firms: Int32Array;
  readonly extra: Float64Array;
};

/** A firm demanded by the caller, or the named lead; `firm` is -1 where it cannot be a member. */
export type Demanded = {
  readonly id: string;
  readonly firm: number;
  readonly blockedBy: Block | null;
};

/** What is minimised: constant + x per member + y per pair + u per member whom nobody knows. */
export type Objective = {
  readonly constant: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly u: number;
};

/** Firms are numbered 0..firms-1 in the order of their ids, pairs by firm and then requirement. */
export type Instance = {
  readonly firms: number;
  readonly ids: readonly string[];
  readonly entryWon: Float64Array;
  readonly track: Float64Array;
  readonly capacity: Int32Array;
  readonly mayLead: Uint8Array;
  readonly mayIdle: Uint8Array;
  /** Bit k set: the firm is of the k-th kind of `kinds`. */
  readonly kindBits: Uint8Array;
  /** Affiliate group with two or more firms here, or -1. */
  readonly group: Int32Array;
  readonly groups: number;

  /** Pairs of firm f: start[f] to start[f + 1] - 1. */
  readonly start: Int32Array;
  readonly requirement: Int32Array;
  readonly level: Uint8Array;
  readonly isVerified: Uint8Array;
  /** 0 to 1: how far the level exceeds the least, lowered where it is not verified. */
  readonly quality: Float64Array;
  readonly priceWon: Float64Array;

  /** Who worked with firm f: historyStart[f] to historyStart[f + 1] - 1, both directions. */
  readonly historyStart: Int32Array;
  readonly historyFirm: Int32Array;
  readonly historyStrength: Float64Array;

  readonly requirementIds: readonly string[];
  readonly must: Int32Array;
  readonly want: Int32Array;
  /** Weights of the requirements, summing to 1. */
  readonly share: Float64Array;

  readonly quotas: readonly QuotaRow[];
  readonly minKinds: number;
  readonly maxPartners: number;
  readonly budgetWon: number | null;
  readonly costReferenceWon: number;
  readonly demanded: readonly Demanded[];
  readonly lead: Demanded | null;
  readonly weights: Weights;
  readonly violationPrices: ViolationPrices;
  readonly objective: Objective;
  readonly funnels: readonly Funnel[];
};

/** A team by numbers: members, the pairs they carry, and who leads (-1: nobody can). */
export type Team = {
  readonly firms: readonly number[];
  readonly pairs: readonly number[];
  readonly lead: number;
};

/** Number of pairs. */
export function pairCount(instance: Instance): number {
  return instance.requirement.length;
}

/** The firm that a pair belongs to. */
export function firmOfPair(instance: Instance, pair: number): number {
  let low = 0;
  let high = instance.firms - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at(instance.start, middle) <= pair) low = middle;
    else high = middle - 1;
  }
  return low;
}

// What is used where the caller says nothing.
import type { ViolationPrices, Weights } from './problem.ts';

/** The weights used where the caller gives none. */
export const defaultWeights: Weights = {
  coverage: 350,
  track: 150,
  cost: 300,
  size: 100,
  cohesion: 100,
};

/** The prices used where the caller gives none: money before numbers, numbers before what the project needs. */
export const defaultViolationPrices: ViolationPrices = {
  BUDGET: 1,
  MIN_PARTNERS: 4,
  MAX_PARTNERS: 4,
  MIN_SMES: 5,
  MIN_OUTSIDE_CAPITAL: 5,
  REGION: 5,
  CERTIFICATE: 8,
  MIN_KINDS: 5,
  KIND_LEAST: 8,
  KIND_MOST: 5,
  REQUIREMENT: 15,
  MUST_INCLUDE: 15,
  CONFLICT: 30,
  LEAD: 60,
};

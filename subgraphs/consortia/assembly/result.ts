// What comes out of the assembly of a consortium. Plain data only: it crosses a thread border.
import type { Constraint, Weights } from './problem.ts';

/**
 * OPTIMAL: the best proposal is proven within 0.01 %. WITHIN_GAP: it is proven within `gap` of the proposal.
 * INFEASIBLE: proven that no team exists. UNDECIDED: time was over before a team or a proof was found.
 * CANCELLED: ended by the caller; the best team so far is there if one was found.
 */
export type AssemblyStatus = 'OPTIMAL' | 'WITHIN_GAP' | 'INFEASIBLE' | 'UNDECIDED' | 'CANCELLED';

/** The answer to an assembly job. */
export type AssemblyResult = {
  readonly status: AssemblyStatus;
  /** Best first. */
  readonly proposals: readonly Proposal[];
  /** Where the status is INFEASIBLE: why, and what would help. */
  readonly infeasibility: Infeasibility | null;
  /** For each requirement, how many firms pass each test; in the order of the requirements. */
  readonly funnels: readonly Funnel[];
  /** The weights used. */
  readonly weights: Weights;
  readonly statistics: Statistics;
};

/** One team. */
export type Proposal = {
  /** 1 for the best. */
  readonly rank: number;
  readonly leadId: string;
  /** The lead first, then by id. */
  readonly members: readonly Member[];
  /** Fewer is better: 0 would be the ideal team. */
  readonly points: number;
  /** The points by aim; they sum to `points`. */
  readonly parts: Parts;
  /** Proven: no team that also keeps its distance to the proposals before has fewer points. */
  readonly bound: number;
  /** (points - bound) / points. */
  readonly gap: number;
  /** Points above the best proposal, as a share of the best. */
  readonly behindBest: number;
  /** Least Jaccard distance to the proposals before; null for the first. */
  readonly distance: number | null;
  /** Entry costs and prices, won. */
  readonly costWon: number;
  readonly coverage: readonly Coverage[];
  /** Requirements with fewer providers than wanted, the optional ones without any included. */
  readonly uncoveredRequirementIds: readonly string[];
};

/** Points by aim. */
export type Parts = Weights;

/** Who provides one requirement. */
export type Coverage = {
  readonly requirementId: string;
  readonly must: number;
  readonly want: number;
  readonly providers: readonly string[];
};

/** A firm in a proposal, and why. */
export type Member = {
  readonly candidateId: string;
  readonly role: 'LEAD' | 'PARTNER';
  readonly carries: readonly Carried[];
  /** Entry cost and prices, won. */
  readonly costWon: number;
  readonly reasons: readonly Reason[];
};

/** One requirement that a member carries. */
export type Carried = {
  readonly requirementId: string;
  readonly technologyId: string;
  /** The level counted: the verified one where there is one. */
  readonly level: number;
  readonly isVerified: boolean;
  readonly leastLevel: number;
  readonly priceWon: number;
  /** Points that this work takes off the team's total (its price not counted). */
  readonly points: number;
};

/** Why a member is in the team. */
export type Reason =
  /** It was named as the lead, or leads because no other member does. */
  | { readonly kind: 'LEADS'; readonly isNamed: boolean }
  /** The caller demanded it. */
  | { readonly kind: 'DEMANDED' }
  /** It carries requirements, some that no other firm of the pool can carry. */
  | {
      readonly kind: 'CARRIES';
      readonly requirementIds: readonly string[];
      readonly onlyProviderOf: readonly string[];
    }
  /** It counts for a rule that the team meets with nothing to spare. */
  | { readonly kind: 'SERVES'; readonly constraint: Constraint }
  /** It has worked with these members before. */
  | { readonly kind: 'KNOWS'; readonly candidateIds: readonly string[] }
  /** Without it no team exists. */
  | { readonly kind: 'INDISPENSABLE' }
  /**
   * Of the first proposal. Without it the best team found has `points` more; `isExact` where that is proven to be the least.
   * A class is safe to show to those who may not see prices; the points are not.
   */
  | {
      readonly kind: 'ADDS';
      readonly points: number;
      readonly weight: 'NONE' | 'LITTLE' | 'MUCH';
      readonly replacedBy: readonly string[];
      readonly isExact: boolean;
    };

/** How the pool shrinks for one requirement; each count is of those that also passed the tests before. */
export type Funnel = {
  readonly requirementId: string;
  readonly must: number;
  readonly haveTechnology: number;
  readonly reachLevel: number;
  readonly holdCertificate: number;
  /** Available, not sanctioned, capacity above 0. */
  readonly available: number;
  /** Not excluded by the caller and below the exposure cap. */
  readonly notExcluded: number;
  /** Firms of one affiliate group counted once. */
  readonly independent: number;
  /** Independent providers missing; 0 where the requirement alone can be met. */
  readonly short: number;
};

/** Why there is no team, and the nearest way out. */
export type Infeasibility = {
  /**
   * PHASE_ONE_BOUND: the least total violation over the whole pool is above 0 by our own arithmetic.
   * EXACT_SEARCH: the solver found no team twice, with and without presolve.
   */
  readonly proof: 'PHASE_ONE_BOUND' | 'EXACT_SEARCH';
  /** Proven lower bound of the least total violation; 0 where the proof is EXACT_SEARCH. */
  readonly violationBound: number;
  /** Rules that cannot hold together. */
  readonly conflict: readonly Constraint[];
  /** True: leaving out any one of `conflict` makes the others possible together. */
  readonly isIrreducible: boolean;
  /** What a team costs at least, if money were no object; null where no team exists even then. */
  readonly cheapestTeam: { readonly costWon: number; readonly isProven: boolean } | null;
  readonly relaxation: Relaxation | null;
};

/** A change of the rules after which a team exists. */
export type Relaxation = {
  readonly changes: readonly {
    readonly constraint: Constraint;
    readonly from: number;
    readonly to: number;
  }[];
  /** All changes at their prices (`violationPrices`). */
  readonly violation: number;
  /** Proven: no change counts less. */
  readonly isNearest: boolean;
  /** The best team found under the changed rules, or null. */
  readonly proposal: Proposal | null;
};

/** What is needed to reproduce a result, and what it took. */
export type Statistics = {
  readonly candidates: number;
  /** Firm x requirement pairs that pass every test. */
  readonly pairs: number;
  /** Firms that the exact search had to look at. */
  readonly survivors: number;
  readonly linearProgrammes: number;
  readonly integerProgrammes: number;
  readonly nodes: number;
  readonly seconds: number;
  readonly stoppedBy: 'PROOF' | 'GAP' | 'TIME' | 'NODES' | 'CANCEL';
  /** Answers of the solver that the independent check refused. */
  readonly refusedAnswers: number;
  /** What the cost aim is measured against: the budget, or an estimate where there is none; won. */
  readonly costReferenceWon: number;
  readonly solver: string;
  readonly options: {
    readonly alternatives: number;
    readonly timeLimitMillis: number;
    readonly gap: number;
    readonly distance: number;
    readonly explain: boolean;
  };
  readonly seed: number;
  /** SHA-256 of all that the search sees, in the order of the ids; equal problems have equal hashes. */
  readonly instanceHash: string;
};

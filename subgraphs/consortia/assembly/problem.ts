// What goes into the assembly of a consortium, and what is told on the way. Plain data only: it crosses a thread border.

/** What a firm does; a firm may have several. */
export type Kind = 'IAAS' | 'PAAS' | 'SAAS' | 'MSP' | 'SI' | 'CONSULTING' | 'DEMAND';

/** All kinds, in the order used wherever kinds are listed. */
export const kinds: readonly Kind[] = ['IAAS', 'PAAS', 'SAAS', 'MSP', 'SI', 'CONSULTING', 'DEMAND'];

/** A firm that might join, as the caller knows it on the day of the snapshot. */
export type Candidate = {
  readonly id: string;
  readonly kinds: readonly Kind[];
  /** Small or medium-sized enterprise. */
  readonly isSme: boolean;
  /** ISO 3166-2 code of the head office, such as `KR-26`. */
  readonly region: string;
  /** Head office outside the capital area; the caller decides which regions those are. */
  readonly isOutsideCapital: boolean;
  /** Keys of the certificates valid on the day of the snapshot, such as `CSAP`. */
  readonly certificates: readonly string[];
  /** Firms of one group are not independent providers of the same requirement. */
  readonly affiliateGroup: string | null;
  /** How many requirements the firm can carry at once, 0 to 100. */
  readonly capacity: number;
  /** Cost of having the firm in the team at all, won. */
  readonly entryCostWon: number;
  /** Price for one requirement, won, where `prices` says nothing else. */
  readonly requirementPriceWon: number;
  /** Prices for single requirements, won. */
  readonly prices?: readonly { readonly requirementId: string; readonly won: number }[];
  /** Past performance, 0 (worst) to 1 (best). */
  readonly trackRecord: number;
  readonly isAvailable: boolean;
  readonly isSanctioned: boolean;
  /** May lead. Left out: decided by `constraints.leadKinds`. */
  readonly mayLead?: boolean;
  /** How often the firm was proposed lately, for `constraints.exposureCap`. Left out: 0. */
  readonly proposedLately?: number;
};

/** Firm x technology x level. Where one pair comes twice, the higher level counts. */
export type Capability = {
  readonly candidateId: string;
  readonly technologyId: string;
  /** Technology readiness level the firm states, 1 to 9. */
  readonly level: number;
  /** Level that a reviewer has confirmed; null where nobody has looked yet. It replaces `level`. */
  readonly verifiedLevel: number | null;
};

/** What the project needs of one technology. */
export type Requirement = {
  readonly id: string;
  readonly technologyId: string;
  /** Least technology readiness level, 1 to 9. */
  readonly leastLevel: number;
  /** Independent providers without which the team is not acceptable. An optional requirement has 0. */
  readonly must: number;
  /** Independent providers wished for, at least 1 and at least `must`; more are not counted. */
  readonly want: number;
  /** Importance relative to the other requirements, above 0. */
  readonly weight: number;
  /** Certificate that a provider of this requirement holds, or null. */
  readonly certificate: string | null;
};

/** Two firms that have worked together. */
export type History = {
  readonly a: string;
  readonly b: string;
  /** 0 (hardly) to 1 (closely). */
  readonly strength: number;
};

/** A least number of members: a count, or a share of all members in basis points. */
export type Quota = { readonly count: number } | { readonly shareBasisPoints: number };

/** Points of 1,000 for each aim; they sum to 1,000. */
export type Weights = {
  /** How well the requirements are covered. */
  readonly coverage: number;
  /** Past performance of those who do the work. */
  readonly track: number;
  readonly cost: number;
  /** Small teams. */
  readonly size: number;
  /** Members that have worked together before. */
  readonly cohesion: number;
};

/** What a team must fulfil besides the requirements. */
export type Constraints = {
  /** Kinds that may lead; used for candidates without `mayLead`. */
  readonly leadKinds: readonly Kind[];
  /** The lead, where it is settled; it is then in the team. */
  readonly leadId: string | null;
  /** Members, the lead included. */
  readonly minPartners: number;
  /** Members, the lead included, at most 100. */
  readonly maxPartners: number;
  readonly minSmes?: Quota;
  readonly minOutsideCapital?: Quota;
  /** Least members with their head office in a region. */
  readonly regions?: readonly { readonly region: string; readonly least: number }[];
  /** Least members that hold a certificate. */
  readonly certificates?: readonly { readonly certificate: string; readonly least: number }[];
  /** Least number of different kinds among the members. */
  readonly minKinds?: number;
  /** Least and most members of a kind; a firm of two kinds counts for both. */
  readonly membersByKind?: readonly {
    readonly kind: Kind;
    readonly least: number;
    readonly most: number | null;
  }[];
  /**
   * Kinds that may be members without carrying a requirement. Left out: DEMAND where `membersByKind`
   * asks for at least one, else none.
   */
  readonly idleKinds?: readonly Kind[];
  /** Entry costs and prices together, won. */
  readonly budgetWon: number | null;
  readonly mustInclude?: readonly string[];
  readonly mustExclude?: readonly string[];
  /** Pairs that may not both be members. */
  readonly conflicts?: readonly (readonly [string, string])[];
  /** A firm proposed this often lately is left out, unless it must be in. Null or left out: no cap. */
  readonly exposureCap?: number | null;
};

/**
 * What breaking a rule by one unit counts when the nearest way out is sought. A unit is one firm, one kind,
 * one provider, or one per cent of the budget.
 */
export type ViolationPrices = Readonly<Record<Constraint['kind'], number>>;

/** A whole assembly job. */
export type AssemblyProblem = {
  readonly candidates: readonly Candidate[];
  readonly capabilities: readonly Capability[];
  readonly requirements: readonly Requirement[];
  readonly history: readonly History[];
  readonly constraints: Constraints;
  readonly weights?: Weights;
  /** What a level that nobody has verified counts of its quality, 0 to 1. Left out: 0.5. */
  readonly unverifiedCredit?: number;
  /** Left out: `defaultViolationPrices`. */
  readonly violationPrices?: ViolationPrices;
};

/** A list that is read from beginning to end. */
export type Rows<Row> = Iterable<Row> & {
  readonly length: number;
  /** The rows that tell of these firms and no other, where they can be told apart without making the others. */
  readonly among?: (candidateIds: ReadonlySet<string>) => Iterable<Row>;
};

/** A job whose long lists need not be lists of objects: columns (`alliance/`) are read in the same way. */
export type StatedProblem = Omit<AssemblyProblem, 'candidates' | 'capabilities' | 'history'> & {
  readonly candidates: Rows<Candidate>;
  readonly capabilities: Rows<Capability>;
  readonly history: Rows<History>;
};

/** How to solve. */
export type AssemblyOptions = {
  /** Teams wanted besides the best one, 0 to 10. */
  readonly alternatives: number;
  /** The solver's own limit; the worker is ended at one and a half times it. */
  readonly timeLimitMillis: number;
  /** Relative gap at which to stop, such as 0.0001. */
  readonly gap: number;
  /** Least Jaccard distance between two proposals, 0 to 1. Left out: 0.5. */
  readonly distance?: number;
  /** Says for each member what the team would be without it; left out: true. Costs time. */
  readonly explain?: boolean;
  /** Seed of the solver. Left out: 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
};

/** How far a job has come. */
export type Progress = {
  readonly phase: Phase;
  /** Since the job began, milliseconds. */
  readonly elapsedMillis: number;
  /** Points of the best team so far; null while there is none. */
  readonly points: number | null;
  /** No team can be better than this; null while nothing is proven. */
  readonly bound: number | null;
  /** Relative gap of the two, or null. */
  readonly gap: number | null;
  /** Members of the best team so far. */
  readonly memberIds: readonly string[];
};

/** What a job is doing. */
export type Phase =
  'DRAFT' | 'PRICING' | 'SEARCH' | 'ALTERNATIVES' | 'EXPLAIN' | 'CONFLICT' | 'DONE';

/** One rule that a person can understand, change and argue about. */
export type Constraint =
  | { readonly kind: 'REQUIREMENT'; readonly requirementId: string }
  /** Exactly one lead. With an id: this one, and why it cannot be. */
  | { readonly kind: 'LEAD'; readonly candidateId: string | null; readonly blockedBy: Block | null }
  | { readonly kind: 'MIN_PARTNERS' }
  | { readonly kind: 'MAX_PARTNERS' }
  | { readonly kind: 'MIN_SMES' }
  | { readonly kind: 'MIN_OUTSIDE_CAPITAL' }
  | { readonly kind: 'REGION'; readonly region: string }
  | { readonly kind: 'CERTIFICATE'; readonly certificate: string }
  | { readonly kind: 'MIN_KINDS' }
  | { readonly kind: 'KIND_LEAST'; readonly of: Kind }
  | { readonly kind: 'KIND_MOST'; readonly of: Kind }
  | { readonly kind: 'BUDGET' }
  | {
      readonly kind: 'MUST_INCLUDE';
      readonly candidateId: string;
      readonly blockedBy: Block | null;
    }
  | { readonly kind: 'CONFLICT'; readonly candidateIds: readonly [string, string] };

/** Why a demanded firm cannot be a member, or the named lead cannot lead. */
export type Block = 'UNKNOWN' | 'SANCTIONED' | 'UNAVAILABLE' | 'EXCLUDED' | 'MAY_NOT_LEAD';

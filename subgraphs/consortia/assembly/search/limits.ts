// Sizes up to which the solver was measured; beyond them a job is refused before it starts.

/** Documented limits of one job. */
export const limits = {
  /** Firms. */
  candidates: 200_000,
  requirements: 100,
  /** Firm x requirement pairs that pass every test. */
  pairs: 400_000,
  capabilities: 5_000_000,
  history: 2_000_000,
  conflicts: 10_000,
  /** Members of a team. */
  partners: 100,
  /** Independent providers of one requirement. */
  providers: 50,
  alternatives: 10,
  /** One cost or price, won; sums then stay whole numbers in double precision. */
  amountWon: 10_000_000_000_000,
  /** Firms in one integer programme. */
  exactFirms: 3_000,
  /** Matrix entries of one integer programme: about 1 KB of solver memory each, of 2 GB at most. */
  matrixEntries: 1_200_000,
  /** Pairs of a matching: two entries each. */
  matchingPairs: 600_000,
} as const;

/** Every code a refusal may carry; the same list as `enum ProblemCode` in schema/common.graphql. */
export const problemCodes = [
  'INVALID',
  'NOT_FOUND',
  'TAKEN',
  'WRONG_STATE',
  'STALE',
  'LIMIT_REACHED',
  'EXPIRED',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** One reason, as GraphQL shows it. */
export interface Problem {
  code: ProblemCode;
  /** One English sentence, safe to show to the user. */
  message: string;
  /** Path into the mutation's input, outermost first; list positions as decimal text; empty for the whole input. */
  path: string[];
  /** Stable UPPER_CASE name of the rule that is broken, where a rule has one. */
  rule?: string | null;
  /** What the rule allows, as text. */
  limit?: string | null;
  /** What was found, as text. */
  found?: string | null;
}

/** What a rule may say besides its message. */
export type ProblemDetail = Pick<Problem, 'rule' | 'limit' | 'found'>;

/**
 * The domain's "no, because": thrown by domain functions so that a transaction
 * rolls back, and turned into data by `answer`.
 */
export class Refusal extends Error {
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(problems.map(({ code, message }) => `${code}: ${message}`).join(' '));
    this.name = 'Refusal';
    this.problems = problems;
  }
}

/** One reason, ready to be collected with others. */
export function problem(
  code: ProblemCode,
  message: string,
  path: string[] = [],
  detail: ProblemDetail = {},
): Problem {
  return { code, message, path, ...detail };
}

/** A refusal with a single reason. */
export function refusal(
  code: ProblemCode,
  message: string,
  path: string[] = [],
  detail: ProblemDetail = {},
): Refusal {
  return new Refusal([problem(code, message, path, detail)]);
}

/**
 * Refuses with every collected reason at once; does nothing when there is none.
 *
 * @throws {Refusal} with all of `problems`
 */
export function refuseAny(problems: Problem[]): void {
  if (problems.length > 0) throw new Refusal(problems);
}

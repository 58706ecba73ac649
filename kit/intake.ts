/** Rows taken in from another source by the hundred: what a call holds to in every service, and what it reports. */
import { problem, type Problem } from './refusal.ts';

/** Rows that one call takes at most. */
export const mostRows = 500;

/** Characters of a row's identity in its source at most: addresses serve as identities too. */
const longestIdentity = 300;

/** What became of the rows: those that failed are among `problems`, and the others were done. */
export interface IntakeReport {
  created: number;
  updated: number;
  unchanged: number;
  problems: Problem[];
}

/** Why a whole call is refused: INVALID (source), LIMIT_REACHED (rows). */
export function intakeProblems(source: string, count: number): Problem[] {
  const problems: Problem[] = [];
  if (!/^[a-z0-9][a-z0-9-]{1,63}$/.test(source))
    problems.push(
      problem('INVALID', 'A source is 2 to 64 lower-case letters, digits and hyphens.', ['source']),
    );
  if (count > mostRows)
    problems.push(
      problem('LIMIT_REACHED', `One call takes at most ${mostRows} rows.`, ['rows'], {
        limit: String(mostRows),
        found: String(count),
      }),
    );
  return problems;
}

/**
 * What is wrong with a row's identity.
 *
 * @param externalId tidied
 * @param seen identities of earlier rows of the call
 * @param path the row's
 */
export function identityProblems(
  externalId: string,
  seen: { has: (externalId: string) => boolean },
  path: readonly string[],
): Problem[] {
  const at = [...path, 'externalId'];
  if (externalId.length === 0 || externalId.length > longestIdentity)
    return [problem('INVALID', `An identity has 1 to ${longestIdentity} characters.`, at)];
  return seen.has(externalId)
    ? [problem('TAKEN', 'An earlier row has this identity.', at, { found: externalId })]
    : [];
}

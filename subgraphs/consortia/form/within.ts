/** Numbers that a query may be asked with, and that it may answer with. */
import { badInput } from '#kit/page.ts';

/**
 * The number.
 *
 * @throws {GraphQLError} BAD_USER_INPUT at `field` when it lies outside
 */
export function within(
  value: number,
  { least, most }: { least: number; most: number },
  field: string,
): number {
  if (value < least || value > most) throw badInput(`This is from ${least} to ${most}.`, [field]);
  return value;
}

/** A sum as far as whole won can be counted: budgets are anybody's to state, and one too large hides no figure. */
export function countable(sum: number): number {
  return Math.min(sum, Number.MAX_SAFE_INTEGER);
}

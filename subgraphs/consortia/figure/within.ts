/** Numbers that a query may be asked with, and that it may answer with. */
import { problem, refuseAny } from '#kit/refusal.ts';

/** The number. @throws {RefusalError} INVALID when it lies outside */
export function within(
  value: number,
  { least, most }: { least: number; most: number },
  field: string,
): number {
  if (value < least || value > most)
    refuseAny([
      problem('INVALID', `This is from ${least} to ${most}.`, [field], {
        limit: `${least} to ${most}`,
        found: String(value),
      }),
    ]);
  return value;
}

/** A sum as far as whole won can be counted: budgets are anybody's to state, and one too large hides no figure. */
export function countable(sum: number): number {
  return Math.min(sum, Number.MAX_SAFE_INTEGER);
}

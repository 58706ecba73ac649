/** Numbers that a query may be asked with. */
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

/** The scalars of money and shares: `Won` and `BasisPoints`, whole numbers both. */
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

/** Basis points of a whole: 100 % is 10,000. */
export const wholeInBasisPoints = 10_000;

/** Korean won: whole, not negative, up to 2^53-1; a JSON number, never a fraction. */
export const wonScalar = wholeScalar('Won', Number.MAX_SAFE_INTEGER);

/** A share in basis points: 0 to 10,000. */
export const basisPointsScalar = wholeScalar('BasisPoints', wholeInBasisPoints);

/**
 * Splits an amount by weights so that the parts sum to it exactly: largest remainder, ties to the
 * earlier part.
 *
 * @param amount whole won, not negative
 * @param weights not negative whole numbers with a sum above 0
 * @returns one whole amount a weight, in order
 * @throws {RangeError} when there is no weight above 0 or an argument is not a whole number
 */
export function splitWon(amount: number, weights: readonly number[]): number[] {
  const all = [amount, ...weights];
  if (!all.every((each) => Number.isSafeInteger(each) && each >= 0))
    throw new RangeError('Amounts and weights are whole numbers, 0 or more.');
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) throw new RangeError('At least one weight must be above 0.');
  const exact = weights.map((weight) => BigInt(amount) * BigInt(weight));
  const parts = exact.map((product) => product / total);
  let left = BigInt(amount) - parts.reduce((sum, part) => sum + part, 0n);
  const byRemainder = exact
    .map((product, index) => ({ index, remainder: product % total }))
    .toSorted((a, b) => Number(b.remainder > a.remainder) - Number(b.remainder < a.remainder));
  for (const { index } of byRemainder) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts.map(Number);
}

function wholeScalar(name: string, most: number): GraphQLScalarType<number, number> {
  const check = (value: unknown): number => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most)
      return value;
    throw new GraphQLError(`${name} is a whole number from 0 to ${most}.`, {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  };
  return new GraphQLScalarType<number, number>({
    name,
    serialize: check,
    parseValue: check,
    parseLiteral: (node: ValueNode) => check(node.kind === Kind.INT ? Number(node.value) : null),
  });
}

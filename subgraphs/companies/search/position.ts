/** What a cursor of the partner search holds. */
import { badInput, decodeCursor, type Order } from '#kit/page.ts';

/** By name. */
export const nameOrder: Order = [
  ['sortName', 1],
  ['_id', 1],
];

/** What a value of a cursor is. */
export type ValueType = 'string' | 'number' | 'date';

/**
 * The position that a cursor names.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a cursor of another order
 */
export function positionOf(after: string, types: readonly ValueType[]): unknown[] {
  const position = decodeCursor(after, types.length);
  const found = position.map((value) => (value instanceof Date ? 'date' : typeof value));
  if (found.some((type, index) => type !== types[index]))
    throw badInput('This cursor is of another order.', ['after']);
  return position;
}

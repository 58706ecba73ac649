/** Relay connections over MongoDB: keyset cursors, so that the 100,000th row costs what the first does. */
import { GraphQLError } from 'graphql';
import type { Model, QueryFilter, SortOrder } from 'mongoose';

/** How many a page holds when the client does not say. */
export const defaultPageSize = 20;
/** How many a page holds at most. */
export const maxPageSize = 100;

/** What a client asks of a list. */
export interface PageRequest {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** One page of records; `count` is asked only when a client selects `totalCount`. */
export interface Page<Node> {
  edges: { cursor: string; node: Node }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  count: () => Promise<number>;
}

/** Fields to sort by, outermost first; the last must be unique, so that the order is total. */
export type Order = readonly (readonly [field: string, direction: 1 | -1])[];

/**
 * The size of a page.
 *
 * @throws {GraphQLError} BAD_USER_INPUT when `first` is below 1 or above 100
 */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? defaultPageSize;
  if (Number.isInteger(size) && size >= 1 && size <= maxPageSize) return size;
  throw badInput(`first is a whole number from 1 to ${maxPageSize}.`, ['first']);
}

/**
 * One page of the records that match, in order; served by an index on the filter's fields and the order's.
 *
 * @param hint name of the index to walk, where the database cannot know which is quicker
 * @throws {GraphQLError} BAD_USER_INPUT for a cursor that this list did not give, or a page size out of bounds
 */
export async function findPage<Record extends { _id: string }>(
  model: Model<Record>,
  filter: QueryFilter<Record>,
  order: Order,
  { first, after }: PageRequest,
  hint?: string,
): Promise<Page<Record>> {
  const size = pageSize(first);
  const position = after == null ? null : decodeCursor(after, order.length);
  const sort = Object.fromEntries(order) as { [field: string]: SortOrder };
  const ranges: object[] = position
    ? afterPosition(order, position).map((range) => ({ $and: [filter, range] }))
    : [filter];
  const found: Record[] = [];
  // One range of the index after the other, the nearest first: most pages are full with the first.
  for (const range of ranges)
    if (found.length <= size)
      found.push(
        ...((await model
          .find(range as QueryFilter<Record>)
          .sort(sort)
          .limit(size + 1 - found.length)
          .setOptions(hint === undefined ? {} : { hint })
          .lean()) as Record[]),
      );
  const cursorOf = (record: Record) => encodeCursor(order.map(([field]) => valueAt(record, field)));
  return toPage(found, size, position !== null, cursorOf, () =>
    model.countDocuments(filter).exec(),
  );
}

/** A page made of rows already read: at most `size` of them are kept, one more tells that a next page exists. */
export function toPage<Node>(
  rows: Node[],
  size: number,
  hasPreviousPage: boolean,
  cursorOf: (row: Node, index: number) => string,
  count: () => Promise<number>,
): Page<Node> {
  const edges = rows.slice(0, size).map((node, index) => ({ cursor: cursorOf(node, index), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    count,
  };
}

/** A cursor: opaque to clients, a position to us. Dates keep their type. */
export function encodeCursor(values: readonly unknown[]): string {
  const kept = values.map((value) => (value instanceof Date ? { at: value.getTime() } : value));
  return Buffer.from(JSON.stringify(kept)).toString('base64url');
}

/**
 * The position that a cursor names.
 *
 * @throws {GraphQLError} BAD_USER_INPUT when it was not made by `encodeCursor` with `length` scalar values
 */
export function decodeCursor(cursor: string, length: number): unknown[] {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    values = null;
  }
  if (!Array.isArray(values) || values.length !== length)
    throw badInput('This cursor is not ours.', ['after']);
  return values.map(scalar);
}

function scalar(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  const at = 'at' in value ? value.at : null;
  const date = new Date(typeof at === 'number' ? at : NaN);
  // No instant is that far away.
  if (Number.isNaN(date.getTime())) throw badInput('This cursor is not ours.', ['after']);
  return date;
}

/**
 * What is beyond a position in a composite order, in that order: equal in all fields but the last and later there, and so
 * on, up to later in the first field.
 */
function afterPosition(order: Order, position: unknown[]): object[] {
  const ranges = order.map(([field, direction], depth) => {
    const equal = order.slice(0, depth).map(([each], index) => [each, position[index]]);
    const past = { [direction === 1 ? '$gt' : '$lt']: position[depth] };
    return { ...Object.fromEntries(equal), [field]: past };
  });
  return ranges.toReversed();
}

function valueAt(record: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (value as { [key: string]: unknown } | null | undefined)?.[key] ?? null,
      record,
    );
}

/**
 * The error for a malformed argument of a query or a subscription; a mutation's input is refused by `problem`.
 *
 * @param path from the argument inwards; none when several arguments are at fault together
 */
export function badInput(message: string, path?: readonly (string | number)[]): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'BAD_USER_INPUT', ...(path && { path }) },
  });
}

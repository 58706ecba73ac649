// What an expression knows where it stands: its variables and the clock.
import type { Timestamp } from 'bson';
import type { Document, Maybe } from '../bson/value.ts';
import type { Collation } from '../query/collation.ts';
import { makeSearch } from '../query/search.ts';
import type { Search } from '../query/search.ts';
import { refuse } from '../refusal.ts';

/** An expression that is ready to run on a document. */
export type Evaluate = (root: Document) => Maybe;

/** Which top-level fields an expression reads; `all` when it takes the whole document. */
export type Reads = { fields: Set<string>; all: boolean };

/**
 * Variables by name. Their values stand in slots that all scopes of one command share: a slot belongs to
 * one place in the text of the expression, and evaluation is never interleaved with itself.
 */
export type Scope = {
  names: ReadonlyMap<string, number>;
  slots: Maybe[];
  reads: Reads;
  collation: Collation | undefined;
  now: Date;
  clusterTime: Timestamp | undefined;
  search: Search;
  /** Called for each step of a loop within an expression: throws when the command must stop. */
  pace: () => void;
};

const STEPS_BETWEEN = 1024;

/** Asks now and then whether there is a reason to stop. */
function paceOf(fault: (() => Error | undefined) | undefined): () => void {
  if (fault === undefined) return () => {};
  let steps = 0;
  return () => {
    steps += 1;
    if (steps % STEPS_BETWEEN !== 0) return;
    const error = fault();
    if (error !== undefined) throw error;
  };
}

/** The outermost scope of a command. */
export function makeScope(
  options: Partial<Pick<Scope, 'collation' | 'now' | 'clusterTime'>> & {
    fault?: () => Error | undefined;
  } = {},
): Scope {
  return {
    names: new Map(),
    slots: [],
    reads: { fields: new Set(), all: false },
    collation: options.collation,
    now: options.now ?? new Date(),
    clusterTime: options.clusterTime,
    search: makeSearch(),
    pace: paceOf(options.fault),
  };
}

/** The same scope that writes down its reads by themselves. */
export function withReads(scope: Scope): Scope {
  return { ...scope, reads: { fields: new Set(), all: false } };
}

const VARIABLE_NAME = /^(?:[a-z]|[^\p{ASCII}])[\w\P{ASCII}]*$/u;

/**
 * A scope inside with one more variable, and the slot of it.
 *
 * @throws {CommandRefusal} 16867 for a name that no variable may have
 */
export function bindVariable(scope: Scope, name: string): { scope: Scope; slot: number } {
  if (!VARIABLE_NAME.test(name) && name !== 'CURRENT')
    throw refuse(16_867, `'${name}' starts with an invalid character for a user variable name`);
  if (name === 'CURRENT') throw refuse(238, 'rebinding the variable CURRENT is not supported');
  const slot = scope.slots.length;
  scope.slots.push(undefined);
  return { scope: { ...scope, names: new Map([...scope.names, [name, slot]]) }, slot };
}

/** Binds variables with their values, for `let` of a command. */
export function bindValues(scope: Scope, values: Iterable<readonly [string, Maybe]>): Scope {
  let inner = scope;
  for (const [name, value] of values) {
    const bound = bindVariable(inner, name);
    inner = bound.scope;
    inner.slots[bound.slot] = value;
  }
  return inner;
}

/** Things in the answers of subgraphs: put together, read, and rewritten as a plan says. */
import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';

/** A thing as subgraphs tell of it, by response keys. */
export type Thing = Record<string, unknown>;

/** Whether a value is a thing, neither a list nor a scalar's value. */
export function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a thing has under a key of its own: clients may call a field `constructor`. */
export function own(thing: Thing, key: string): unknown {
  return Object.hasOwn(thing, key) ? thing[key] : undefined;
}

/** Sets a key of a thing's own, whatever it is called. */
function put(thing: Thing, key: string, value: unknown): void {
  if (Object.hasOwn(thing, key) || !(key in thing)) thing[key] = value;
  else
    Object.defineProperty(thing, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
}

/** Adds what another subgraph tells of a thing; the later word holds. */
export function merge(thing: Thing, told: Thing): void {
  for (const [key, value] of Object.entries(told)) {
    if (value === undefined) continue;
    const known = own(thing, key);
    if (isThing(known) && isThing(value)) merge(known, value);
    else if (Array.isArray(known) && Array.isArray(value) && known.length === value.length)
      mergeLists(known, value);
    else put(thing, key, value);
  }
}

function mergeLists(known: unknown[], told: readonly unknown[]): void {
  for (const [index, value] of told.entries()) {
    const before = known[index];
    if (isThing(before) && isThing(value)) merge(before, value);
    else if (Array.isArray(before) && Array.isArray(value) && before.length === value.length)
      mergeLists(before, value);
    else known[index] = value;
  }
}

/** Whether a thing is of a type, by its `__typename`; without one, as `unnamed` says. */
export function isOf(schema: GraphQLSchema, thing: Thing, type: string, unnamed: boolean): boolean {
  const name = own(thing, '__typename');
  if (typeof name !== 'string' || name === '') return unnamed;
  if (name === type) return true;
  const [wide, narrow] = [schema.getType(type), schema.getType(name)];
  return (
    isAbstractType(wide) &&
    (isObjectType(narrow) || isInterfaceType(narrow)) &&
    schema.isSubType(wide, narrow)
  );
}

/** What a subgraph is told of a thing; null where something of it is not there. */
export function representation(
  schema: GraphQLSchema,
  thing: Thing,
  selections: readonly QueryPlanSelectionNode[],
): Thing | null {
  const result: Thing = {};
  for (const each of selections) {
    if (each.kind === 'InlineFragment') {
      if (each.typeCondition === undefined || !isOf(schema, thing, each.typeCondition, false))
        continue;
      const told = representation(schema, thing, each.selections);
      if (told) merge(result, told);
      continue;
    }
    const key = each.alias ?? each.name;
    const value = own(thing, key);
    if (value === undefined) return null;
    put(result, key, each.selections ? below(schema, value, each.selections) : value);
  }
  return result;
}

function below(
  schema: GraphQLSchema,
  value: unknown,
  selections: readonly QueryPlanSelectionNode[],
): unknown {
  if (Array.isArray(value)) return value.map((each) => below(schema, each, selections));
  return isThing(value) ? representation(schema, value, selections) : null;
}

const onType = '... on ';

/** Renames and sets values in a thing, one rewrite after the other. */
export function rewrite(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
  value: unknown,
): void {
  for (const each of rewrites ?? []) rewriteAt(schema, each, each.path, value);
}

function rewriteAt(
  schema: GraphQLSchema,
  how: FetchDataRewrite,
  [step, ...others]: readonly string[],
  value: unknown,
): void {
  if (Array.isArray(value)) {
    for (const each of value) rewriteAt(schema, how, [step ?? '', ...others], each);
    return;
  }
  if (!isThing(value) || step === undefined) return;
  if (step.startsWith(onType)) {
    if (isOf(schema, value, step.slice(onType.length), true)) rewriteAt(schema, how, others, value);
  } else if (others.length > 0) rewriteAt(schema, how, others, own(value, step));
  else if (how.kind === 'ValueSetter') put(value, step, how.setValueTo);
  else renameKey(value, step, how.renameKeyTo);
}

/** Also where the value is null, zero or empty. */
function renameKey(thing: Thing, from: string, to: string): void {
  const value = own(thing, from);
  if (value === undefined) return;
  delete thing[from];
  put(thing, to, value);
}

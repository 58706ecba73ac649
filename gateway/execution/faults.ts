/** Which of what a client asked for is not there because a subgraph failed. */
import type { FetchNode } from '@apollo/query-planner';
import {
  getNamedType,
  GraphQLError,
  Kind,
  parse,
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

import { fragmentsOf, isLeftOut, type Fragments } from '../selection.ts';
import { isOf, isThing, own, type Thing } from './thing.ts';

/** Why something was not fetched. */
export interface Fault {
  message: string;
  extensions: Readonly<Record<string, unknown>>;
  originalError?: Error;
  /** Response keys that the fetch was to fill. */
  keys: ReadonlySet<string>;
}

/** How many places of one answer are named. */
const mostNamed = 100;

/** Response keys of what a fetch fills: of the root, or of each thing that it asks about. */
export function keysOf({ operation, requires }: FetchNode): ReadonlySet<string> {
  const document = parse(operation, { noLocation: true });
  const keys = new Set<string>();
  const fragments = fragmentsOf(document);
  const collect = (selections: readonly SelectionNode[], levels: number): void => {
    for (const each of selections)
      if (each.kind === Kind.FIELD) {
        if (levels === 0) keys.add((each.alias ?? each.name).value);
        else collect(each.selectionSet?.selections ?? [], levels - 1);
      } else collect(within(each, fragments), levels);
  };
  for (const each of document.definitions)
    if (each.kind === Kind.OPERATION_DEFINITION)
      collect(each.selectionSet.selections, requires ? 1 : 0);
  return keys;
}

/** What was asked, and what there is of it. */
export interface Missing {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** With the operation's defaults. */
  variables: Readonly<Record<string, unknown>>;
  tree: Thing;
  faults: ReadonlyMap<Thing, readonly Fault[]>;
}

/**
 * An error for each field that a client asked for and that a fault left out, at its path; those of the first hundred
 * places. What would have been fetched with the help of what is missing is missing for the same reason.
 */
export function faultErrors(missing: Missing): GraphQLError[] {
  const { schema, operation, document, tree, faults } = missing;
  const root = schema.getRootType(operation.operation);
  if (faults.size === 0 || !root) return [];
  const search = new Search(missing, fragmentsOf(document));
  search.thing(tree, root, operation.selectionSet.selections, []);
  return search.errors;
}

class Search {
  readonly errors: GraphQLError[] = [];
  readonly #missing: Missing;
  readonly #fragments: Fragments;
  /** Fields come several times, in fragments. */
  readonly #named = new Map<Thing, Set<string>>();

  constructor(missing: Missing, fragments: Fragments) {
    this.#missing = missing;
    this.#fragments = fragments;
  }

  thing(
    thing: Thing,
    type: GraphQLNamedType,
    selections: readonly SelectionNode[],
    path: readonly (string | number)[],
  ): void {
    const { schema, variables } = this.#missing;
    for (const each of selections) {
      if (this.errors.length >= mostNamed) return;
      if (isLeftOut(each, variables)) continue;
      if (each.kind === Kind.FIELD) this.#field(thing, type, each, path);
      else {
        const condition = typeConditionOf(each, this.#fragments) ?? type.name;
        if (isOf(schema, thing, condition, true))
          this.thing(thing, schema.getType(condition) ?? type, within(each, this.#fragments), path);
      }
    }
  }

  #field(
    thing: Thing,
    type: GraphQLNamedType,
    field: FieldNode,
    path: readonly (string | number)[],
  ): void {
    if (field.name.value.startsWith('__')) return;
    const key = (field.alias ?? field.name).value;
    const value = own(thing, key);
    if (value === undefined) this.#name(thing, key, [...path, key]);
    const definition = 'getFields' in type ? type.getFields()[field.name.value] : undefined;
    if (!field.selectionSet || !definition || !('type' in definition)) return;
    const below = getNamedType(definition.type);
    this.#below(value, below, field.selectionSet.selections, [...path, key]);
  }

  #below(
    value: unknown,
    type: GraphQLNamedType,
    selections: readonly SelectionNode[],
    path: readonly (string | number)[],
  ): void {
    if (Array.isArray(value))
      for (const [index, each] of value.entries())
        this.#below(each, type, selections, [...path, index]);
    else if (isThing(value)) this.thing(value, type, selections, path);
  }

  #name(thing: Thing, key: string, path: readonly (string | number)[]): void {
    const faults = this.#missing.faults.get(thing);
    const fault = faults?.find(({ keys }) => keys.has(key)) ?? faults?.[0];
    const named = this.#named.get(thing) ?? new Set();
    if (!fault || named.has(key)) return;
    this.#named.set(thing, named.add(key));
    const { message, extensions, originalError } = fault;
    this.errors.push(
      new GraphQLError(message, { path, extensions, ...(originalError && { originalError }) }),
    );
  }
}

type FragmentNode = Exclude<SelectionNode, FieldNode>;

function within(each: FragmentNode, fragments: Fragments): readonly SelectionNode[] {
  const { selectionSet } =
    each.kind === Kind.INLINE_FRAGMENT ? each : (fragments.get(each.name.value) ?? {});
  return selectionSet?.selections ?? [];
}

function typeConditionOf(each: FragmentNode, fragments: Fragments): string | undefined {
  const { typeCondition } =
    each.kind === Kind.INLINE_FRAGMENT ? each : (fragments.get(each.name.value) ?? {});
  return typeCondition?.name.value;
}

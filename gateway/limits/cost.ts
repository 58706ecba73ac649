/**
 * What an operation may cost at most, by `@cost` and `@listSize` and the operation's variables.
 *
 * @see https://ibm.github.io/graphql-specs/cost-spec.html
 */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isOutputType,
  Kind,
  typeFromAST,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

import type { ListSize, Marks } from '../marks.ts';
import { fragmentsOf, withDefaults, type Fragments } from '../selection.ts';
import type { Supergraph } from '../supergraph.ts';

/** How long a list is taken to be about which nothing is known. */
const unknownList = 20;

/** What an operation costs before anything in it: a change costs more than a look. */
const operationCosts = { query: 0, subscription: 0, mutation: 10 };

interface Count {
  schema: GraphQLSchema;
  marks: Marks;
  variables: Record<string, unknown>;
  fragments: Fragments;
  /** Of fragments, by name; the size that a connection gives its lists is part of the key. */
  known: Map<string, number>;
}

/** Sizes that a field gives to the lists below it, by their names. */
type Sized = ReadonlyMap<string, number>;

const unsized: Sized = new Map();

/** The cost of a validated operation: an upper bound that holds while subgraphs keep to their list sizes. */
export function costOf(
  { apiSchema, marks }: Supergraph,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  const root = apiSchema.getRootType(operation.operation);
  if (!root) return 0;
  const count: Count = {
    schema: apiSchema,
    marks,
    variables: withDefaults(operation, variables),
    fragments: fragmentsOf(document),
    known: new Map(),
  };
  return (
    operationCosts[operation.operation] +
    selectionsCost(count, operation.selectionSet, root, unsized)
  );
}

function selectionsCost(
  count: Count,
  { selections }: SelectionSetNode,
  parent: GraphQLCompositeType,
  sized: Sized,
): number {
  return selections.reduce(
    (total, selection) => total + selectionCost(count, selection, parent, sized),
    0,
  );
}

function selectionCost(
  count: Count,
  selection: SelectionNode,
  parent: GraphQLCompositeType,
  sized: Sized,
): number {
  if (selection.kind === Kind.FIELD) return fieldCost(count, selection, parent, sized);
  if (selection.kind === Kind.FRAGMENT_SPREAD)
    return spreadCost(count, selection.name.value, parent, sized);
  return selectionsCost(
    count,
    selection.selectionSet,
    conditionOf(count, selection, parent),
    sized,
  );
}

function spreadCost(
  count: Count,
  name: string,
  parent: GraphQLCompositeType,
  sized: Sized,
): number {
  const fragment = count.fragments.get(name);
  if (!fragment) return 0;
  const key = `${name} ${JSON.stringify([...sized])}`;
  const known = count.known.get(key);
  if (known !== undefined) return known;
  const type = conditionOf(count, fragment, parent);
  const cost = selectionsCost(count, fragment.selectionSet, type, sized);
  count.known.set(key, cost);
  return cost;
}

function fieldCost(
  count: Count,
  field: FieldNode,
  parent: GraphQLCompositeType,
  sized: Sized,
): number {
  const name = field.name.value;
  const definition = 'getFields' in parent ? parent.getFields()[name] : undefined;
  if (!definition) return 0;
  const coordinate = `${parent.name}.${name}`;
  const given = argumentsOf(count, field, definition);
  const listSize = listSizeOf(count, coordinate, definition, given);
  const named = getNamedType(definition.type);
  const own = weightOf(count, coordinate, named, parent);
  const below =
    field.selectionSet && isCompositeType(named)
      ? selectionsCost(count, field.selectionSet, named, sizedBelow(listSize, given))
      : 0;
  const length = isList(definition.type) ? (sized.get(name) ?? slice(listSize, given)) : 1;
  return argumentsCost(count, coordinate, given) + length * (own + below);
}

/** `@cost` of the field, else of its type (the dearest that may stand there), else 1 for what has fields, 0 for a leaf. */
function weightOf(
  { schema, marks }: Count,
  coordinate: string,
  named: GraphQLNamedType,
  parent: GraphQLCompositeType,
): number {
  const field = coordinate.slice(parent.name.length);
  const behind = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [];
  const ofFields = [parent, ...behind].flatMap(({ name }) => marks.costs.get(name + field) ?? []);
  if (ofFields.length > 0) return Math.max(...ofFields);
  const possible = isAbstractType(named) ? schema.getPossibleTypes(named) : [];
  const ofTypes = [named, ...possible].flatMap(({ name }) => marks.costs.get(name) ?? []);
  if (ofTypes.length > 0) return Math.max(...ofTypes);
  return isCompositeType(named) ? 1 : 0;
}

function argumentsCost(
  { marks }: Count,
  coordinate: string,
  given: Record<string, unknown>,
): number {
  return Object.entries(given).reduce(
    (total, [name, value]) =>
      total + (value == null ? 0 : (marks.costs.get(`${coordinate}(${name}:)`) ?? 0)),
    0,
  );
}

/** The stated size, or what the graph's connections promise: `first` bounds `edges` and `nodes`. */
function listSizeOf(
  { marks }: Count,
  coordinate: string,
  definition: GraphQLField<unknown, unknown>,
  given: Record<string, unknown>,
): ListSize {
  const stated = marks.listSizes.get(coordinate);
  if (stated) return stated;
  const isConnection = getNamedType(definition.type).name.endsWith('Connection');
  return {
    assumedSize: null,
    slicingArguments: ['first', 'last'].filter((name) => name in given),
    sizedFields: isConnection ? ['edges', 'nodes'] : [],
  };
}

function sizedBelow(listSize: ListSize, given: Record<string, unknown>): Sized {
  const length = slice(listSize, given);
  return new Map(listSize.sizedFields.map((name) => [name, length]));
}

function slice(
  { assumedSize, slicingArguments }: ListSize,
  given: Record<string, unknown>,
): number {
  const stated = slicingArguments
    .map((name) => given[name])
    .filter((value) => typeof value === 'number' && value >= 0);
  return stated.length > 0 ? Math.max(...(stated as number[])) : (assumedSize ?? unknownList);
}

/** Arguments as given, variables in, defaults where nothing is given. */
function argumentsOf(
  { variables }: Count,
  field: FieldNode,
  definition: GraphQLField<unknown, unknown>,
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const { name, defaultValue } of definition.args)
    if (defaultValue !== undefined) given[name] = defaultValue;
  for (const { name, value } of field.arguments ?? []) {
    const read: unknown = valueFromASTUntyped(value, variables);
    if (read !== undefined) given[name.value] = read;
  }
  return given;
}

function conditionOf(
  { schema }: Count,
  {
    typeCondition,
  }: Pick<FragmentDefinitionNode, never> & {
    typeCondition?: FragmentDefinitionNode['typeCondition'] | undefined;
  },
  parent: GraphQLCompositeType,
): GraphQLCompositeType {
  const type = typeCondition && typeFromAST(schema, typeCondition);
  return isCompositeType(type) ? type : parent;
}

function isList(type: GraphQLOutputType): boolean {
  const bare = isNonNullType(type) ? type.ofType : type;
  return isOutputType(bare) && isListType(bare);
}

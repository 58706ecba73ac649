/** Who may see what, decided before planning: what the viewer may not see is never asked for. */
import {
  getNamedType,
  GraphQLError,
  isAbstractType,
  isCompositeType,
  isNullableType,
  Kind,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

import { meet, type Demand } from '#kit/guard.ts';
import type { Viewer } from '#kit/viewer.ts';
import type { Marks } from '../marks.ts';
import { fragmentsOf, isLeftOut, withDefaults, type Fragments } from '../selection.ts';
import { withUsedVariables } from '../planning/used-variables.ts';
import type { Supergraph } from '../supergraph.ts';

/** A field that the viewer may not see. */
export interface Refused {
  /** Response keys from the root; `@` stands for every item of a list. */
  path: string[];
  code: 'UNAUTHENTICATED' | 'FORBIDDEN';
  message: string;
  /** Whether the field may be null; otherwise what is around it is null. */
  nullable: boolean;
}

/** What of an operation a viewer may see. */
export interface Allowed {
  /** The operation without what is refused, fragments expanded where that was needed; null when nothing is left. */
  document: DocumentNode | null;
  refused: Refused[];
}

/** An operation as a client sent it. */
export interface AskedOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
}

/** Whether an operation selects anything that demands something of anybody. */
export function hasDemands(supergraph: Supergraph, asked: AskedOperation): boolean {
  if (supergraph.marks.demands.size === 0) return false;
  let found = false;
  walk(supergraph, asked, () => {
    found = true;
    return null;
  });
  return found;
}

/** Takes out of an operation what the viewer may not see. */
export function allow(supergraph: Supergraph, asked: AskedOperation, viewer: Viewer): Allowed {
  const refused: Refused[] = [];
  const document = walk(
    supergraph,
    asked,
    (demands) => {
      try {
        for (const demand of demands) meet(viewer, demand);
        return null;
      } catch (error) {
        return error instanceof GraphQLError ? error : new GraphQLError('Not allowed.');
      }
    },
    refused,
  );
  return { document, refused };
}

type Judge = (demands: readonly Demand[]) => GraphQLError | null;

/** An operation on its walk. */
interface Walk extends AskedOperation {
  schema: GraphQLSchema;
  marks: Marks;
  fragments: Fragments;
  judge: Judge;
  refused: Refused[];
}

function walk(
  { apiSchema, fullSchema, marks }: Supergraph,
  asked: AskedOperation,
  judge: Judge,
  refused: Refused[] = [],
): DocumentNode | null {
  const { document, operation } = asked;
  const root = apiSchema.getRootType(operation.operation);
  if (!root) return document;
  const fragments = fragmentsOf(document);
  const variables = withDefaults(operation, asked.variables);
  const on: Walk = { ...asked, variables, schema: fullSchema, marks, fragments, judge, refused };
  const selectionSet = selectionsOf(on, operation.selectionSet, named(fullSchema, root), []);
  if (refused.length === 0) return document;
  if (!selectionSet) return null;
  return { kind: Kind.DOCUMENT, definitions: [withUsedVariables({ ...operation, selectionSet })] };
}

/** The same type in the schema that has everything: interfaces there know every type behind them. */
function named(schema: GraphQLSchema, type: GraphQLObjectType): GraphQLCompositeType {
  const found = schema.getType(type.name);
  return isCompositeType(found) ? found : type;
}

function selectionsOf(
  on: Walk,
  { selections }: SelectionSetNode,
  parent: GraphQLCompositeType,
  path: string[],
): SelectionSetNode | null {
  const kept = selections.flatMap((selection) => {
    // What the client itself leaves out needs no permission; whether it does is known by its variables.
    if (isLeftOut(selection, on.variables)) return [selection];
    return selectionOf(on, selection, parent, path);
  });
  return kept.length > 0 ? { kind: Kind.SELECTION_SET, selections: kept } : null;
}

function selectionOf(
  on: Walk,
  selection: SelectionNode,
  parent: GraphQLCompositeType,
  path: string[],
): SelectionNode[] {
  if (selection.kind === Kind.FIELD) return fieldOf(on, selection, parent, path);
  const fragment =
    selection.kind === Kind.INLINE_FRAGMENT ? selection : on.fragments.get(selection.name.value);
  if (!fragment) return [];
  const condition = fragment.typeCondition
    ? typeFromAST(on.schema, fragment.typeCondition)
    : parent;
  const type = isCompositeType(condition) ? condition : parent;
  const selectionSet = selectionsOf(on, fragment.selectionSet, type, path);
  if (!selectionSet) return [];
  return [
    {
      kind: Kind.INLINE_FRAGMENT,
      ...(fragment.typeCondition && { typeCondition: fragment.typeCondition }),
      directives: [...(selection.directives ?? [])],
      selectionSet,
    },
  ];
}

function fieldOf(
  on: Walk,
  field: FieldNode,
  parent: GraphQLCompositeType,
  path: string[],
): SelectionNode[] {
  const name = field.name.value;
  const type = 'getFields' in parent ? parent.getFields()[name]?.type : undefined;
  if (!type) return [field];
  const own = [...path, (field.alias ?? field.name).value];
  const error = judged(on, parent, name, getNamedType(type).name);
  if (error) {
    const code = error.extensions['code'] === 'UNAUTHENTICATED' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
    on.refused.push({ path: own, code, message: error.message, nullable: isNullableType(type) });
    return [];
  }
  const below = getNamedType(type);
  if (!field.selectionSet || !isCompositeType(below)) return [field];
  const lists = Array<string>(listDepth(String(type))).fill('@');
  const selectionSet = selectionsOf(on, field.selectionSet, below, [...own, ...lists]);
  // Something must be asked for to know whether the thing is there at all.
  return [{ ...field, selectionSet: selectionSet ?? onlyTypename }];
}

function judged(
  on: Walk,
  parent: GraphQLCompositeType,
  field: string,
  gives: string,
): GraphQLError | null {
  const demands = demandsOf(on, parent, field, gives);
  return demands.length > 0 ? on.judge(demands) : null;
}

const onlyTypename: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
};

/**
 * What a field demands: its own demands and those of the types that it is on and that it gives. On an interface or a
 * union these are the demands of every type that may stand behind it, since which one does is not yet known.
 */
function demandsOf(
  { schema, marks }: Walk,
  parent: GraphQLCompositeType,
  field: string,
  gives: string,
): Demand[] {
  const behind = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [];
  return [parent, ...behind]
    .flatMap(({ name }) => [name, `${name}.${field}`])
    .concat(gives)
    .flatMap((coordinate) => marks.demands.get(coordinate) ?? []);
}

function listDepth(type: string): number {
  return type.split('[').length - 1;
}

/** The errors of refused fields, one for each place in the data. */
export function refusalErrors(refused: readonly Refused[], data: unknown): GraphQLError[] {
  return refused.flatMap(({ path, code, message, nullable }) =>
    placesOf(data, path, nullable)
      .slice(0, placesNamed)
      .map((place) => new GraphQLError(message, { path: place, extensions: { code } })),
  );
}

/** How many places of one refused field are named. */
const placesNamed = 100;

type Place = (string | number)[];

/** Where a field is missing. Under a null that was there anyway nothing is; one that the field itself caused counts. */
function placesOf(data: unknown, path: readonly string[], nullable: boolean): Place[] {
  const [step, ...others] = path;
  if (step === undefined) return data == null ? [[]] : [];
  if (data === null || data === undefined)
    return nullable ? [] : [path.includes('@') ? path.slice(0, path.indexOf('@')) : [...path]];
  const steps: [string | number, unknown][] =
    step === '@' ? [...(data as unknown[]).entries()] : ownEntry(data, step);
  return steps.flatMap(([key, value]) =>
    placesOf(value, others, nullable).map((place) => [key, ...place]),
  );
}

/** Of a type that the fragment was not for, the data has no such key. */
function ownEntry(data: unknown, key: string): [string, unknown][] {
  const record = data as Record<string, unknown>;
  return key in record ? [[key, record[key]]] : [];
}

/** Where in what a client sent a fault is: `extensions.path`, from the variable or argument inwards. */
import type { ApolloServerPlugin } from '@apollo/server';
import {
  coerceInputValue,
  GraphQLError,
  isInputType,
  isNonNullType,
  isScalarType,
  Kind,
  print,
  separateOperations,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type GraphQLScalarType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';

import type { Call } from '../call.ts';

/** Names of arguments and input fields, and positions in lists, outermost first. */
export type InputPath = readonly (string | number)[];

/** How many faults of one request are told. */
const mostFaults = 50;

/**
 * Every variable that cannot be read as its type, each with the place of its fault. What the client sent is named but
 * not repeated.
 *
 * @returns errors with the code BAD_USER_INPUT; none when all can be read
 */
export function variableFaults(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
): GraphQLError[] {
  return definitions
    .flatMap((definition) => faultsOf(schema, definition, variables))
    .slice(0, mostFaults);
}

function faultsOf(
  schema: GraphQLSchema,
  definition: VariableDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError[] {
  const type = typeFromAST(schema, definition.type);
  const name = definition.variable.name.value;
  const fault = (path: InputPath, message: string) =>
    new GraphQLError(`Variable "$${name}" ${message}`, {
      nodes: definition,
      extensions: { code: 'BAD_USER_INPUT', path: [name, ...path] },
    });
  const written = print(definition.type);
  if (!isInputType(type)) return [fault([], `expects "${written}", which is no input type.`)];
  const value = variables[name];
  const isGiven = Object.hasOwn(variables, name) && value !== undefined;
  if (!isGiven)
    return isNonNullType(type) && !definition.defaultValue
      ? [fault([], `of required type "${written}" was not provided.`)]
      : [];
  if (value === null && isNonNullType(type))
    return [fault([], `of non-null type "${written}" must not be null.`)];
  const faults: GraphQLError[] = [];
  coerceInputValue(value, type, (path, _, { message }) => {
    const place = path.length > 0 ? ` at "${shown([name, ...path])}"` : '';
    faults.push(fault(path, `got an invalid value${place}: ${message}`));
  });
  return faults;
}

/**
 * Every variable that is null where nothing may be: its type lets it be, because its place has a default for when it is not
 * given at all. Found here because a subgraph would find it as a fault of its own.
 *
 * @returns errors with the code BAD_USER_INPUT
 */
export function nullFaults(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError[] {
  const nulls = new Set(Object.keys(variables).filter((name) => variables[name] === null));
  const own = nulls.size > 0 && separateOperations(document)[operation.name?.value ?? ''];
  if (!own) return [];
  const types = new TypeInfo(schema);
  const faults = new Map<string, GraphQLError>();
  const visitor = visitWithTypeInfo(types, {
    VariableDefinition: () => false,
    Variable: (variable) => {
      const name = variable.name.value;
      const type = types.getInputType();
      if (!nulls.has(name) || faults.has(name) || !isNonNullType(type)) return;
      const message = `Variable "$${name}" must not be null where "${String(type)}" is expected.`;
      const extensions = { code: 'BAD_USER_INPUT', path: [name] };
      faults.set(name, new GraphQLError(message, { nodes: variable, extensions }));
    },
  });
  visit(own, visitor);
  return [...faults.values()];
}

/** `input.requirements[0].leastLevel`. */
function shown(path: InputPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : (index > 0 ? '.' : '') + part))
    .join('');
}

/** Gives faults in values that stand in the text itself the place where they are. */
export const literalPaths: ApolloServerPlugin<Call> = {
  requestDidStart: async () => ({
    didEncounterErrors: async ({ document, errors }) => {
      if (!document) return;
      // There may be a hundred errors: the text is walked once for all of them.
      let places: ReadonlyMap<ASTNode, InputPath> | null = null;
      for (const { nodes, extensions } of errors) {
        const [node] = nodes ?? [];
        if (!node || 'path' in extensions) continue;
        places ??= literalPlaces(document);
        const path = places.get(node);
        if (path) extensions['path'] = path;
      }
    },
  }),
};

/** The place of every part of an argument within the arguments of its field. */
export function literalPlaces(document: DocumentNode): ReadonlyMap<ASTNode, InputPath> {
  const places = new Map<ASTNode, InputPath>();
  visit(document, {
    Argument: (argument) => {
      const path = [argument.name.value];
      places.set(argument, path);
      placeValue(places, argument.value, path);
    },
  });
  return places;
}

function placeValue(places: Map<ASTNode, InputPath>, value: ValueNode, path: InputPath): void {
  places.set(value, path);
  if (value.kind === Kind.LIST)
    for (const [index, each] of value.values.entries()) placeValue(places, each, [...path, index]);
  if (value.kind !== Kind.OBJECT) return;
  for (const field of value.fields) {
    const place = [...path, field.name.value];
    places.set(field, place);
    placeValue(places, field.value, place);
  }
}

/** Lets a schema of the graph read the scalars that its subgraphs share, which it knows by name alone. */
export function knowScalars(schema: GraphQLSchema, scalars: readonly GraphQLScalarType[]): void {
  for (const { name, parseValue, parseLiteral } of scalars) {
    const type = schema.getType(name);
    if (!isScalarType(type)) continue;
    type.parseValue = parseValue;
    type.parseLiteral = (node, variables) => {
      try {
        return parseLiteral(node, variables);
      } catch (error) {
        // Validation reports it as it is thrown, without the place.
        const message = error instanceof Error ? error.message : `This is no ${name}.`;
        throw new GraphQLError(message, { nodes: node });
      }
    };
  }
}

/** Values for an operation's variables, so that it finds something. */
import {
  getNamedType,
  isInputType,
  isLeafType,
  isNonNullType,
  isObjectType,
  Kind,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type ExecutionResult,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

import type { Viewer } from '#kit/viewer.ts';
import { leastOf } from './least.ts';

/** Some things of each type, with what identifies them. */
export type Sample = ReadonlyMap<string, readonly Record<string, string | null>[]>;

interface Asked {
  execute(request: { query: string }, viewer: Viewer): Promise<ExecutionResult>;
}

/** Draws a sample through every list that can be asked for without arguments. */
export async function sampleOf(
  schema: GraphQLSchema,
  graph: Asked,
  viewer: Viewer,
): Promise<Sample> {
  const found = new Map<string, Record<string, string | null>[]>();
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const node = nodeOf(getNamedType(field.type));
    if (!node || field.args.some(({ type, defaultValue }) => isNonNullType(type) && !defaultValue))
      continue;
    const query = `{ ${field.name}(first: 5) { edges { node { ${identifying(node).join(' ')} } } } }`;
    const { data } = await graph.execute({ query }, viewer);
    const page = data?.[field.name] as
      { edges: { node: Record<string, string | null> }[] } | null | undefined;
    const nodes = page?.edges.map((edge) => edge.node) ?? [];
    if (nodes.length > 0) found.set(node.name, nodes);
  }
  return found;
}

/** What a connection connects. */
function nodeOf(type: unknown): GraphQLObjectType | null {
  if (!isObjectType(type)) return null;
  const edges = type.getFields()['edges'];
  const edge = edges && getNamedType(edges.type);
  const node = isObjectType(edge) ? edge.getFields()['node'] : undefined;
  const connected = node && getNamedType(node.type);
  return isObjectType(connected) ? connected : null;
}

function identifying(type: GraphQLObjectType): string[] {
  return Object.values(type.getFields())
    .filter(({ name, args, type: gives }) => {
      const named = getNamedType(gives);
      const text = isLeafType(named) && ['ID', 'String'].includes(named.name);
      return text && args.length === 0 && ['id', 'code', 'businessNumber'].includes(name);
    })
    .map(({ name }) => name);
}

/**
 * Values for the variables of an operation: something of the sample where an argument names it (`company(id:)`,
 * `companyId:`), the least that the type allows for any other that must be given, and nothing where nothing need be.
 */
export function likelyVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  sample: Sample,
): Record<string, unknown> {
  const known = sampled(schema, operation, sample);
  const given = (operation.variableDefinitions ?? []).flatMap(
    ({ variable, type: declared, defaultValue }): [string, unknown][] => {
      const name = variable.name.value;
      if (known.has(name)) return [[name, known.get(name)]];
      const type = typeFromAST(schema, declared);
      const needed = declared.kind === Kind.NON_NULL_TYPE && !defaultValue;
      return needed && isInputType(type) ? [[name, leastOf(type)]] : [];
    },
  );
  return Object.fromEntries(given);
}

function sampled(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  sample: Sample,
): Map<string, string> {
  const found = new Map<string, string>();
  const types = new TypeInfo(schema);
  visit(
    operation,
    visitWithTypeInfo(types, {
      Variable: ({ name }) => {
        const argument = types.getArgument()?.name;
        const field = types.getFieldDef();
        if (!argument || !field) return;
        const type = argument.endsWith('Id')
          ? capital(argument.slice(0, -2))
          : getNamedType(field.type).name;
        const value = sample.get(type)?.[0]?.[argument.endsWith('Id') ? 'id' : argument];
        if (value) found.set(name.value, value);
      },
    }),
  );
  return found;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

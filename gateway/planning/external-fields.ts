/**
 * Fields that a plan asks of a subgraph that only names them. Apollo's planner makes such plans where two subgraphs
 * require fields of each other: the subgraph is asked for what it was to be sent.
 */
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import {
  BREAK,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

/** Fields by `subgraph Type.field`, the subgraph as plans name it. */
export type ExternalFields = ReadonlySet<string>;

/**
 * The fields that subgraphs name as another's, but those that they provide anywhere.
 *
 * @param graphs subgraphs' names by what the supergraph's enum calls them
 */
export function externalFields(
  supergraph: DocumentNode,
  graphs: ReadonlyMap<string, string>,
): ExternalFields {
  const external = new Set<string>();
  const provided = new Set<string>();
  for (const { type, field, directive } of joinedFields(supergraph)) {
    const graph = graphs.get(valueOf(directive, 'graph') ?? '') ?? '';
    if (valueOf(directive, 'external') === 'true') external.add(`${graph} ${type}.${field}`);
    for (const each of namesIn(valueOf(directive, 'provides') ?? ''))
      provided.add(`${graph} ${each}`);
  }
  return new Set(
    [...external].filter((each) => {
      const [graph, coordinate = ''] = each.split(' ');
      return !provided.has(`${graph} ${coordinate.slice(coordinate.indexOf('.') + 1)}`);
    }),
  );
}

/** What a supergraph says of a field in a subgraph. */
interface JoinedField {
  type: string;
  field: string;
  directive: ConstDirectiveNode;
}

function joinedFields({ definitions }: DocumentNode): JoinedField[] {
  return definitions.flatMap((type) => {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION)
      return [];
    return (type.fields ?? []).flatMap(({ name, directives = [] }) =>
      directives
        .filter((each) => each.name.value === 'join__field')
        .map((directive) => ({ type: type.name.value, field: name.value, directive })),
    );
  });
}

/** Whether a plan asks a subgraph for what that subgraph expects to be told. */
export function asksExternal(
  { node }: QueryPlan,
  schema: GraphQLSchema,
  external: ExternalFields,
): boolean {
  if (!node || external.size === 0) return false;
  const fetches =
    node.kind === 'Subscription'
      ? [node.primary, ...(node.rest ? fetchesOf(node.rest) : [])]
      : fetchesOf(node);
  return fetches.some((fetch) => asks(fetch, schema, external));
}

function fetchesOf(node: PlanNode): FetchNode[] {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesOf);
    case 'Flatten':
      return fetchesOf(node.node);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((each) => (each ? fetchesOf(each) : []));
    case 'Fetch':
      return [node];
    case 'Defer':
    default:
      return [];
  }
}

function asks(
  { serviceName, operation }: FetchNode,
  schema: GraphQLSchema,
  external: ExternalFields,
): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  const visitor = visitWithTypeInfo(types, {
    Field: ({ name }) => {
      const type = types.getParentType()?.name ?? '';
      if (!external.has(`${serviceName} ${type}.${name.value}`)) return undefined;
      found = true;
      return BREAK;
    },
  });
  visit(parse(operation, { noLocation: true }), visitor);
  return found;
}

function valueOf({ arguments: args = [] }: ConstDirectiveNode, argument: string): string | null {
  const value = args.find(({ name }) => name.value === argument)?.value;
  return value && 'value' in value ? String(value.value) : null;
}

function namesIn(selections: string): string[] {
  const names: string[] = [];
  if (selections === '') return names;
  visit(parse(`{ ${selections} }`, { noLocation: true }), {
    Field: ({ name }) => void names.push(name.value),
  });
  return names;
}

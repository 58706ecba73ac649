/**
 * Fields that give the query root, as `type CreatePayload { query: Query }`. A subgraph may call its root otherwise, and
 * the supergraph does not say how: so it is asked without naming the type, and what it names is called as clients know it.
 */
import { baseType, type Schema } from '@apollo/federation-internals';
import type { FetchDataRewrite, FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import {
  Kind,
  parse,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type GraphQLSchema,
  type InlineFragmentNode,
} from 'graphql';

/** The whole schema where a field gives the query root; null where none does, and plans are right as they are. */
export function schemaGivingRoot(schema: Schema): GraphQLSchema | null {
  const root = schema.schemaDefinition.rootType('query');
  const types = [...schema.objectTypes(), ...schema.interfaceTypes()];
  const gives = types.some((type) =>
    type.fields().some((field) => field.type && baseType(field.type) === root),
  );
  return gives ? schema.toGraphQLJSSchema() : null;
}

/** The plan, asking for the query root in words that each subgraph understands. */
export function withOwnRoots(plan: QueryPlan, schema: GraphQLSchema): QueryPlan {
  const { node } = plan;
  if (!node) return plan;
  if (node.kind !== 'Subscription') return { ...plan, node: planNode(node, schema) };
  const { primary, rest } = node;
  return {
    ...plan,
    node: {
      kind: 'Subscription',
      primary: fetchNode(primary, schema),
      ...(rest && { rest: planNode(rest, schema) }),
    },
  };
}

function planNode(node: PlanNode, schema: GraphQLSchema): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((each) => planNode(each, schema)) };
    case 'Flatten':
      return { ...node, node: planNode(node.node, schema) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause && { ifClause: planNode(node.ifClause, schema) }),
        ...(node.elseClause && { elseClause: planNode(node.elseClause, schema) }),
      };
    case 'Fetch':
      return fetchNode(node, schema);
    case 'Defer':
    default:
      return node;
  }
}

function fetchNode(fetch: FetchNode, schema: GraphQLSchema): FetchNode {
  const { operationDocumentNode: _, outputRewrites = [], ...others } = fetch;
  const { operation, named } = rooted(fetch, schema);
  const setters = named.map((path): FetchDataRewrite => ({
    kind: 'ValueSetter',
    path,
    setValueTo: schema.getQueryType()?.name,
  }));
  const rewrites = [...setters, ...outputRewrites];
  return { ...others, operation, ...(rewrites.length > 0 && { outputRewrites: rewrites }) };
}

/** The text without the root's name, and where in its answer the root is named. */
function rooted(
  { operation, requires }: FetchNode,
  schema: GraphQLSchema,
): { operation: string; named: string[][] } {
  const root = schema.getQueryType();
  const types = new TypeInfo(schema);
  const document = parse(operation, { noLocation: true });
  const named: string[][] = [];
  const path: string[] = [];
  const visitor = visitWithTypeInfo(types, {
    Field: {
      enter: ({ name, alias }) => {
        path.push((alias ?? name).value);
        // Of things, rewrites go by the thing.
        if (name.value === '__typename' && types.getParentType() === root)
          named.push(requires ? path.slice(1) : [...path]);
      },
      leave: () => void path.pop(),
    },
  });
  visit(document, visitor);
  const plain = visit(document, {
    InlineFragment: (fragment): InlineFragmentNode | undefined => {
      if (!root || fragment.typeCondition?.name.value !== root.name) return undefined;
      const { typeCondition: _, ...whatever } = fragment;
      return { ...whatever, kind: Kind.INLINE_FRAGMENT };
    },
  });
  return { operation: plain === document ? operation : print(plain), named };
}

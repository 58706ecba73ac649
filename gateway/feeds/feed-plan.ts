/** How a live feed is planned: what is subscribed to, how each event is completed, where it can be taken up again. */
import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import {
  getNamedType,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  print,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

import { cursorAlias } from '../planning/aliases.ts';
import type { SubgraphRequest } from '../sources/source.ts';
import type { Supergraph } from '../supergraph.ts';
import { usedVariables, withUsedVariables } from '../planning/used-variables.ts';

/** A planned feed. */
export interface FeedPlan {
  /** What is subscribed to, in which subgraph. */
  primary: FetchNode;
  /** The primary, which the event answers, then what completes it. */
  replay: QueryPlan;
  /** Name of the subscription field. */
  field: string;
  /** Key of the subscription field in the primary's answers. */
  key: string;
}

/**
 * Plans a feed.
 *
 * @throws {GraphQLError} when there is nothing to stream
 */
export function planFeed(
  supergraph: Supergraph,
  document: DocumentNode,
  operationName: string | undefined,
): FeedPlan {
  const asked = withCursor(supergraph.apiSchema, document, operationName);
  const { node } = supergraph.planner.plan(asked, operationName);
  const primary = node?.kind === 'Subscription' ? node.primary : node;
  if (primary?.kind !== 'Fetch')
    throw new GraphQLError('This subscription selects nothing to stream.', {
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
    });
  const rest = node?.kind === 'Subscription' ? node.rest : undefined;
  const root = rootField(parse(primary.operation, { noLocation: true }));
  return {
    primary,
    replay: {
      kind: 'QueryPlan',
      node: rest ? { kind: 'Sequence', nodes: [primary, rest] } : primary,
    },
    field: root.name.value,
    key: (root.alias ?? root.name).value,
  };
}

/** The request to the owning subgraph, after an event's cursor or as the client asked. */
export function feedRequest(
  { primary }: FeedPlan,
  variables: Record<string, unknown>,
  after: string | null,
): SubgraphRequest {
  const query = after === null ? primary.operation : takenUp(primary.operation, after);
  // The variable of the client's own cursor is used no more once an event's cursor stands in its place.
  const used = usedVariables(parse(query, { noLocation: true }));
  return {
    query,
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => used.has(name))),
    ...(primary.operationName !== undefined && { operationName: primary.operationName }),
  };
}

/** The cursor of an event, or null where the feed has none. */
export function cursorOf(plan: FeedPlan, data: Record<string, unknown>): string | null {
  const event = data[plan.key];
  const cursor =
    typeof event === 'object' && event !== null
      ? (event as Record<string, unknown>)[cursorAlias]
      : null;
  return typeof cursor === 'string' ? cursor : null;
}

/** The cursor that the client itself asked to begin after. */
export function beginsAfter(plan: FeedPlan, variables: Record<string, unknown>): string | null {
  const root = rootField(parse(plan.primary.operation, { noLocation: true }));
  const after = root.arguments?.find(({ name }) => name.value === 'after');
  const value: unknown = after && valueFromASTUntyped(after.value, variables);
  return typeof value === 'string' ? value : null;
}

/** Asks for the cursor too, where the feed keeps to the convention: an argument `after`, an event with `cursor`. */
function withCursor(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): DocumentNode {
  const definitions = document.definitions.map((each) => {
    if (each.kind !== Kind.OPERATION_DEFINITION) return each;
    const chosen = operationName === undefined || each.name?.value === operationName;
    return chosen && each.operation === OperationTypeNode.SUBSCRIPTION
      ? operationWithCursor(schema, each)
      : each;
  });
  return { ...document, definitions };
}

function operationWithCursor(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
): OperationDefinitionNode {
  const [root, ...others] = operation.selectionSet.selections;
  // A root inside a fragment is not taken up again; its feed ends when the subgraph is lost.
  if (root?.kind !== Kind.FIELD || others.length > 0 || !root.selectionSet) return operation;
  if (!hasCursor(schema, root.name.value)) return operation;
  const cursor: FieldNode = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: cursorAlias },
    name: { kind: Kind.NAME, value: 'cursor' },
  };
  const selections = [...root.selectionSet.selections, cursor];
  const field = { ...root, selectionSet: { ...root.selectionSet, selections } };
  return { ...operation, selectionSet: { ...operation.selectionSet, selections: [field] } };
}

function hasCursor(schema: GraphQLSchema, field: string): boolean {
  const root = schema.getSubscriptionType()?.getFields()[field];
  if (!root?.args.some(({ name }) => name === 'after')) return false;
  const event = getNamedType(root.type);
  return 'getFields' in event && String(event.getFields()['cursor']?.type) === 'String!';
}

function takenUp(operation: string, after: string): string {
  const document = parse(operation, { noLocation: true });
  const definitions = document.definitions.map((each) => {
    if (each.kind !== Kind.OPERATION_DEFINITION) return each;
    const root = rootField(document);
    const others = (root.arguments ?? []).filter(({ name }) => name.value !== 'after');
    const field: FieldNode = {
      ...root,
      arguments: [
        ...others,
        {
          kind: Kind.ARGUMENT,
          name: { kind: Kind.NAME, value: 'after' },
          value: { kind: Kind.STRING, value: after },
        },
      ],
    };
    return withUsedVariables({
      ...each,
      selectionSet: { ...each.selectionSet, selections: [field] },
    });
  });
  return print({ ...document, definitions });
}

function rootField(document: DocumentNode): FieldNode {
  for (const each of document.definitions) {
    if (each.kind !== Kind.OPERATION_DEFINITION) continue;
    const [first] = each.selectionSet.selections;
    if (first?.kind === Kind.FIELD) return first;
  }
  throw new Error('A planned subscription begins with its field.');
}

/**
 * What was asked of what was gathered: its fields and their order, types, nulls where they must be, introspection. Apollo's
 * own shaping does it. It is taken from its file: the package's face loads all of the stock gateway, which is half of a start.
 */
import { computeResponse } from '@apollo/gateway/dist/resultShaping.js';
import { operationFromDocument, type FieldSelection } from '@apollo/federation-internals';
import {
  executeSync,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

import type { Supergraph } from '../supergraph.ts';
import { own, type Thing } from './thing.ts';

/** What shapes an answer. */
export interface Asked {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  operationName: string | undefined;
  /** As they were given. */
  variables: Readonly<Record<string, unknown>>;
}

/** An answer, and the nulls that stand in it where none may be. */
export interface Shaped {
  data: Thing | null;
  nulls: readonly GraphQLError[];
}

/**
 * Shapes what was gathered by what was asked.
 *
 * @throws {Error} when the operation cannot be read against the schema, which validation has ruled out
 */
export function shape(
  { api, apiSchema }: Pick<Supergraph, 'api' | 'apiSchema'>,
  { document, operation, operationName, variables }: Asked,
  tree: Thing,
): Shaped {
  const { data = null, errors } = computeResponse({
    operation: operationFromDocument(api, document, {
      validate: false,
      ...(operationName !== undefined && { operationName }),
    }),
    variables: { ...variables },
    input: tree,
    introspectionHandling: (field) => introspected(apiSchema, field, operation, variables),
  });
  return { data, nulls: errors };
}

/** What the schema says of itself, for one field of the root. */
function introspected(
  schema: GraphQLSchema,
  field: FieldSelection,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variableValues: Readonly<Record<string, unknown>>,
): unknown {
  const selection = field.expandFragments().toSelectionNode();
  const used = new Set<string>();
  visit(selection, {
    Variable: ({ name }) => {
      used.add(name.value);
    },
  });
  const { data } = executeSync({
    schema,
    variableValues,
    document: {
      kind: Kind.DOCUMENT,
      definitions: [
        {
          kind: Kind.OPERATION_DEFINITION,
          operation: OperationTypeNode.QUERY,
          variableDefinitions: variableDefinitions.filter(({ variable }) =>
            used.has(variable.name.value),
          ),
          selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
        },
      ],
    },
  });
  return data && own(data, field.element.responseName());
}

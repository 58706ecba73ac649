/** Documents that are refused before they are validated: what is left of one passes, and is answered with the refusal. */
import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLError,
  type OperationDefinitionNode,
} from 'graphql';

const refusals = new WeakMap<DocumentNode, GraphQLError>();

/** Why a document is refused, or null; known for documents that passed the plugins. */
export function refusalOf(document: DocumentNode): GraphQLError | null {
  return refusals.get(document) ?? null;
}

/**
 * Has an operation answered with a refusal, before anybody validates it: Apollo Server takes no refusal at that time, so
 * it is given another document.
 *
 * @param plain what is validated instead; it is kept in the place of what was sent
 */
export function refuseDocument(
  context: { document: DocumentNode },
  plain: DocumentNode,
  refusal: GraphQLError,
): void {
  refusals.set(plain, refusal);
  context.document = plain;
}

/** The same operations with nothing in them. */
export function hollow({ definitions }: DocumentNode): DocumentNode {
  return {
    kind: Kind.DOCUMENT,
    definitions: definitions.flatMap((each): OperationDefinitionNode[] =>
      each.kind === Kind.OPERATION_DEFINITION ? [empty(each)] : [],
    ),
  };
}

function empty({ operation, name }: OperationDefinitionNode): OperationDefinitionNode {
  // A subscription may not select `__typename` alone.
  const isFeed = operation === OperationTypeNode.SUBSCRIPTION;
  const typename = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
  return {
    kind: Kind.OPERATION_DEFINITION,
    operation: isFeed ? OperationTypeNode.QUERY : operation,
    ...(name && { name }),
    selectionSet: { kind: Kind.SELECTION_SET, selections: [typename] },
  };
}

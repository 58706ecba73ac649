/** Subscriptions that leave their root field open are refused in words, where graphql-js would throw. */
import type { ApolloServerPlugin } from '@apollo/server';
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

import type { Call } from '../call.ts';
import { refuseDocument } from './refused-document.ts';

/**
 * Takes `@skip` and `@include` off the roots of subscriptions before validation, and remembers the refusal: with a
 * variable in one, graphql-js 16 throws out of its rule for single root fields, which would end a whole WebSocket.
 */
export const plainSubscription: ApolloServerPlugin<Call> = {
  requestDidStart: async () => ({
    validationDidStart: async (context) => {
      const { document } = context;
      const plain = withPlainRoots(document);
      if (plain === document) return;
      refuseDocument(
        context,
        plain,
        new GraphQLError('A subscription’s root field takes neither @skip nor @include.', {
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
        }),
      );
    },
  }),
};

function withPlainRoots(document: DocumentNode): DocumentNode {
  if (!document.definitions.some(isSubscription)) return document;
  const definitions = document.definitions.map((each) => {
    if (isSubscription(each)) return plainIn(each);
    const onRoot =
      each.kind === Kind.FRAGMENT_DEFINITION && each.typeCondition.name.value === 'Subscription';
    return onRoot ? plainIn(each) : each;
  });
  const changed = definitions.some((each, index) => each !== document.definitions[index]);
  return changed ? { ...document, definitions } : document;
}

/** The same definition where there is nothing to take off; fields below the root are left alone. */
function plainIn<Part extends { selectionSet: SelectionSetNode }>(part: Part): Part {
  const { selections } = part.selectionSet;
  const plain = selections.map((selection) => {
    const directives = (selection.directives ?? []).filter(
      ({ name }) => name.value !== 'skip' && name.value !== 'include',
    );
    const bare =
      directives.length === (selection.directives ?? []).length
        ? selection
        : { ...selection, directives };
    return bare.kind === Kind.INLINE_FRAGMENT ? plainIn(bare) : bare;
  });
  const changed = plain.some((each, index) => each !== selections[index]);
  return changed ? { ...part, selectionSet: { ...part.selectionSet, selections: plain } } : part;
}

function isSubscription(
  each: DocumentNode['definitions'][number],
): each is OperationDefinitionNode {
  return (
    each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.SUBSCRIPTION
  );
}

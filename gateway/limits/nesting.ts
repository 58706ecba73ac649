/** How deep a text nests, of whatever: past some thousands of levels every walk over it breaks off. */
import type { ApolloServerPlugin } from '@apollo/server';
import { visit, type DocumentNode } from 'graphql';

import type { Call } from '../call.ts';
import type { OperationLimits } from '../config.ts';
import { breach } from './limits.ts';
import { hollow, refuseDocument } from './refused-document.ts';

/** Levels of selections, lists, objects and list types, in the text as it is written. */
export function nestingOf(document: DocumentNode): number {
  let level = 0;
  let deepest = 0;
  const nested = {
    enter: () => {
      level += 1;
      deepest = Math.max(deepest, level);
    },
    leave: () => {
      level -= 1;
    },
  };
  // Without recursion, unlike nearly everything that comes after.
  visit(document, {
    SelectionSet: nested,
    ListValue: nested,
    ObjectValue: nested,
    ListType: nested,
  });
  return deepest;
}

/** Refuses what nests deeper than is allowed, before it is validated. */
export function nestingLimit({ nesting }: OperationLimits): ApolloServerPlugin<Call> {
  return {
    requestDidStart: async () => ({
      validationDidStart: async (context) => {
        const found = nestingOf(context.document);
        if (found <= nesting) return;
        refuseDocument(context, hollow(context.document), breach('nesting', nesting, found));
      },
    }),
  };
}

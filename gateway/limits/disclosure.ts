/** What of the schema is told: in production to operators alone, elsewhere to everybody. */
import type { ApolloServerPlugin } from '@apollo/server';
import { BREAK, GraphQLError, visit, type DocumentNode } from 'graphql';

import { hasRole } from '#kit/viewer.ts';
import type { Call } from '../call.ts';
import type { GatewayConfig } from '../config.ts';

/** Closes introspection and suggestions to everybody but operators, in production. */
export function disclosure({ production }: GatewayConfig): ApolloServerPlugin<Call> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ document, contextValue: { viewer } }) => {
        if (!production || hasRole(viewer, 'OPERATOR') || !asksForSchema(document)) return;
        throw new GraphQLError('The schema is not told here.', {
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
        });
      },
      didEncounterErrors: async ({ errors, contextValue: { viewer } }) => {
        if (!production || hasRole(viewer, 'OPERATOR')) return;
        for (const error of errors) error.message = error.message.replaceAll(suggestion, '');
      },
    }),
  };
}

/** How graphql-js says what somebody may have meant. */
const suggestion = / ?Did you mean [^?]*\?/g;

/** Anywhere: a payload may lead back to the root. */
function asksForSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field: ({ name: { value } }) => {
      if (value !== '__schema' && value !== '__type') return undefined;
      found = true;
      return BREAK;
    },
  });
  return found;
}

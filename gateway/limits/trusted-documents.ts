/** Operations that were known before: called by their hash, and in production perhaps the only ones that run. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { ApolloServerPlugin } from '@apollo/server';
import { getOperationAST, GraphQLError, parse } from 'graphql';

import type { Call } from '../call.ts';

/** The operations of a manifest, by the SHA-256 of their text in hexadecimal. */
export type TrustedDocuments = ReadonlyMap<string, string>;

/** The manifest's form, as Apollo's and Relay's tools write it too. */
interface Manifest {
  format: 'apollo-persisted-query-manifest';
  version: 1;
  operations: { id: string; name: string; type: string; body: string }[];
}

/**
 * Reads a manifest.
 *
 * @throws {Error} when it is none, or an id is not its text's hash
 */
export async function readTrustedDocuments(file: string): Promise<TrustedDocuments> {
  const { format, operations } = JSON.parse(await readFile(file, 'utf8')) as Manifest;
  if (format !== 'apollo-persisted-query-manifest' || !Array.isArray(operations))
    throw new Error(`${file} is no manifest of operations.`);
  return new Map(
    operations.map(({ id, body, name }) => {
      if (hashOf(body) !== id) throw new Error(`${file}: the id of ${name} is not its hash.`);
      return [id, body];
    }),
  );
}

/** Makes a manifest of operations, each parsed once so that none is broken and has a name that no other has. */
export function manifestOf(texts: readonly string[]): Manifest {
  const operations = texts.map((body) => {
    const operation = getOperationAST(parse(body));
    if (!operation?.name) throw new Error(`A known operation has one name: ${body.slice(0, 80)}`);
    return { id: hashOf(body), name: operation.name.value, type: operation.operation, body };
  });
  const names = operations.map(({ name }) => name);
  const [twice] = names.filter((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new Error(`Two known operations are called ${twice}.`);
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}

/** The documents of these texts, by their hashes. */
export function trustedTexts(texts: readonly string[]): TrustedDocuments {
  return new Map(texts.map((text) => [hashOf(text), text]));
}

/** Names of the operations in these texts. */
export function operationNames(texts: Iterable<string>): Set<string> {
  return new Set([...texts].flatMap((text) => getOperationAST(parse(text))?.name?.value ?? []));
}

/** The store that Apollo Server looks hashes up in; nobody adds to it. */
export function trustedCache(documents: TrustedDocuments) {
  return {
    get: (key: string) => Promise.resolve(documents.get(key.replace(/^apq:/, ''))),
    set: () => Promise.resolve(),
    delete: () => Promise.resolve(true),
  };
}

/** Refuses every other operation; programs in this process may ask what they like. */
export function trustedOnly(documents: TrustedDocuments): ApolloServerPlugin<Call> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ queryHash, contextValue: { transport } }) => {
        if (transport === 'PROCESS' || (queryHash && documents.has(queryHash))) return;
        throw new GraphQLError('Only known operations run here.', {
          extensions: { code: 'UNTRUSTED_DOCUMENT', http: { status: 403 } },
        });
      },
    }),
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** How the keys of access tokens are had: from the subgraph that owns them, past the public schema. */
import { randomUUID } from 'node:crypto';

import { visitor } from '#kit/viewer.ts';
import type { Pipeline } from '../pipeline.ts';
import { SubgraphFault } from '../sources/source.ts';
import type { PublishedKey } from './tokens.ts';

/** How long the keys may take, in milliseconds. */
const keysMillis = 5_000;

/**
 * Asks the subgraph that owns `tokenKeys`; gives nothing where no subgraph does.
 *
 * @throws {SubgraphFault} when it gives none
 */
export function tokenKeys(pipeline: Pipeline): () => Promise<PublishedKey[]> {
  return async () => {
    const { supergraph, sources } = pipeline.served();
    const source = supergraph.tokenKeys === null ? null : sources.get(supergraph.tokenKeys);
    if (!source) return [];
    const query = 'query TokenKeys { tokenKeys { kid jwk } }';
    const asking = {
      viewer: visitor(randomUUID()),
      signal: AbortSignal.timeout(keysMillis),
      deadline: Date.now() + keysMillis,
    };
    const { data, errors } = await source.ask({ query, variables: {} }, asking);
    const keys = data?.['tokenKeys'];
    if (!Array.isArray(keys)) throw new SubgraphFault(source.name, 'SUBGRAPH_BAD_ANSWER', errors);
    return keys as PublishedKey[];
  };
}

import type { PageRequest } from '#kit/page.ts';

/** What a client asks of a list, as the graph hands it over. */
export interface Listing<Filter = never> {
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: Filter | null | undefined;
}

/** The page that a list asks for. */
export function pageOf({ first, after }: Listing<unknown>): PageRequest {
  return { first: first ?? null, after: after ?? null };
}

/** Tables, page by page as the graph gives them. */
import { ask, type Graph } from '../import/graph.ts';
import { ExportFault } from './command.ts';

interface TablePage {
  text: string;
  rows: number;
  hasNextPage: boolean;
  endCursor: string | null;
}

/** A piece of what is exported, and how many rows it holds. */
export interface Piece {
  text: string;
  rows: number;
}

const technologyPage = `query TechnologyTable($mapCode: String!, $format: TableFormat!, $after: String) {
  techMap(code: $mapCode) { id }
  page: technologyTable(mapCode: $mapCode, format: $format, after: $after) { text rows hasNextPage endCursor }
}`;
const capabilityPage = `query CapabilityTable($format: TableFormat!, $after: String) {
  page: capabilityTable(format: $format, after: $after) { text rows hasNextPage endCursor }
}`;

/**
 * The current technologies of a map.
 *
 * @throws {ExportFault} when there is no such map
 */
export async function* technologyPieces(
  graph: Graph,
  mapCode: string,
  format: 'CSV' | 'JSONL',
): AsyncGenerator<Piece> {
  const { techMap } = await ask<{ techMap: object | null }>(graph, technologyPage, { mapCode, format }); // prettier-ignore
  if (!techMap) throw new ExportFault(`There is no map "${mapCode}".`);
  yield* pages(graph, technologyPage, { mapCode, format });
}

/** What firms that take part can do. */
export function capabilityPieces(graph: Graph, format: 'CSV' | 'JSONL'): AsyncGenerator<Piece> {
  return pages(graph, capabilityPage, { format });
}

async function* pages(
  graph: Graph,
  query: string,
  variables: Record<string, unknown>,
): AsyncGenerator<Piece> {
  let after: string | null = null;
  for (;;) {
    const { page }: { page: TablePage } = await ask(graph, query, { ...variables, after });
    yield { text: page.text, rows: page.rows };
    if (!page.hasNextPage) return;
    after = page.endCursor;
  }
}

/** One export from the graph to a file. */
import type { Graph } from '../import/graph.ts';
import type { ExportCommand } from './command.ts';
import { landscapePieces, type LandscapeCounts } from './landscape.ts';
import { ocdsPieces } from './ocds.ts';
import { capabilityPieces, technologyPieces, type Piece } from './table.ts';
import { writePieces } from './write.ts';

/** What was written. */
export interface ExportReport {
  rows: number;
  /** Firms of a landscape without a website, whose items lead to their pages on the platform. */
  withoutWebsite: number;
}

/**
 * Exports what the command asks for.
 *
 * @param publicUrl address of the platform, for pages of firms without a website; empty when it is not known
 * @throws {ExportFault} when there is no such map
 * @throws {GraphFault} when the platform does not answer; an older file stays as it was
 */
export async function exportFile(
  graph: Graph,
  command: ExportCommand,
  publicUrl = '',
): Promise<ExportReport> {
  const counts: LandscapeCounts = { withoutWebsite: new Set() };
  const rows = await writePieces(command.path, piecesOf(graph, command, publicUrl, counts));
  return { rows, withoutWebsite: counts.withoutWebsite.size };
}

function piecesOf(
  graph: Graph,
  { format, language, table, map, prefix, uri }: ExportCommand,
  publicUrl: string,
  counts: LandscapeCounts,
): AsyncGenerator<Piece> {
  const style = { language, publicUrl };
  if (format === 'landscape') return landscapePieces(graph, map ?? '', style, counts);
  if (format === 'technologies') return technologyPieces(graph, map ?? '', table);
  if (format === 'capabilities') return capabilityPieces(graph, table);
  const publisher = { prefix: prefix ?? '', uri: uri ?? '', language };
  return ocdsPieces(graph, publisher, new Date().toISOString());
}

/** One export from the graph to a file. */
import type { Graph } from '../import/graph.ts';
import type { ExportCommand } from './command.ts';
import { landscapePieces, type LandscapeCounts } from './landscape.ts';
import { capabilityPieces, technologyPieces } from './table.ts';
import { writePieces } from './write.ts';

/** What was written. */
export interface ExportReport {
  rows: number;
  /** Firms that a landscape cannot show, because they have no website. */
  withoutWebsite: number;
}

/**
 * Exports what the command asks for.
 *
 * @throws {ExportFault} when there is no such map
 * @throws {GraphFault} when the platform does not answer; an older file stays as it was
 */
export async function exportFile(graph: Graph, command: ExportCommand): Promise<ExportReport> {
  const { format, path, language, table } = command;
  const map = command.map ?? '';
  const counts: LandscapeCounts = { withoutWebsite: new Set() };
  const pieces =
    format === 'landscape'
      ? landscapePieces(graph, map, language, counts)
      : format === 'technologies'
        ? technologyPieces(graph, map, table)
        : capabilityPieces(graph, table);
  const rows = await writePieces(path, pieces);
  return { rows, withoutWebsite: counts.withoutWebsite.size };
}

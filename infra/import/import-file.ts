/** One import from file to report: the whole file is checked before its first row goes in. */
import type { Figure, Found, Remark, RowFound, Target } from './found.ts';
import type { Format, ReadOptions } from './format.ts';
import type { Graph } from './graph.ts';
import { load, type LoadReport } from './load.ts';
import type { Source } from './source.ts';

/** What a file holds, before anything goes in. */
export interface FileCheck {
  rows: Map<Target, number>;
  remarks: Remark[];
  figures: Figure[];
}

/** How a file is imported. */
export interface ImportOptions extends ReadOptions {
  /** Name under which the rows' keys are kept. */
  source: string;
  dryRun: boolean;
  onProgress?: (rows: number, to: Target) => void;
}

/**
 * Reads a file to its end without importing anything.
 *
 * @throws {ImportFault} when the file as a whole is refused
 */
export function checkFile(format: Format, source: Source, options: ReadOptions): FileCheck {
  const check: FileCheck = { rows: new Map(), remarks: [], figures: [] };
  for (const found of format.find(source, options)) {
    if (found.kind === 'row') check.rows.set(found.to, (check.rows.get(found.to) ?? 0) + 1);
    else if (found.kind === 'remark') check.remarks.push(found);
    else check.figures.push(found);
  }
  return check;
}

/**
 * Imports a file that was checked.
 *
 * @throws {GraphFault} when the platform does not answer; what went in before stays, and a repeat goes on
 */
export function importFile(
  graph: Graph,
  format: Format,
  source: Source,
  options: ImportOptions,
): Promise<LoadReport> {
  const { dryRun, onProgress } = options;
  return load(graph, onlyRows(format.find(source, options)), {
    source: options.source,
    dryRun,
    ...(format.mapOf && { map: format.mapOf(source) }),
    ...(onProgress && { onProgress }),
  });
}

function* onlyRows(found: Iterable<Found>): Generator<RowFound> {
  for (const each of found) if (each.kind === 'row') yield each;
}

/** Tables in and out: what the platform knows as text for a spreadsheet, and back. */
import { mostRows, type IntakeReport } from '#kit/intake.ts';
import { decodeCursor, encodeCursor } from '#kit/page.ts';
import { refuseAny, type Problem } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import { importCapabilities } from '../capability/capability-import.ts';
import type { CapabilityRecord } from '../capability/capability.model.ts';
import type { Context } from '../context.ts';
import { importTechnologies } from '../placement/technology-import.ts';
import { countFaults, lengthFaults } from '../technology/content.ts';
import type { VersionRecord } from '../tech-map/version.model.ts';
import { capabilityColumns, capabilityExamples } from './capability-columns.ts';
import { readTable, writeTable, type Columns, type Line, type TableFormat } from './table.ts';
import { technologyColumns, technologyExamples } from './technology-columns.ts';

const pageRows = 500;
const longestText = 1_000_000;

/** Part of a table. */
export interface TablePage {
  text: string;
  rows: number;
  hasNextPage: boolean;
  endCursor: string | null;
}

/** An empty table with an example. */
export function tableTemplate(kind: 'TECHNOLOGIES' | 'CAPABILITIES', format: TableFormat): string {
  return kind === 'TECHNOLOGIES'
    ? writeTable(technologyColumns, format, technologyExamples, true)
    : writeTable(capabilityColumns, format, capabilityExamples, true);
}

/** One page of a map's current technologies, in the order of codes; nothing for a map that is not there. */
export async function technologyTable(
  { maps, technologies }: Context,
  mapCode: string,
  format: TableFormat,
  after: string | null,
): Promise<TablePage> {
  const position = after === null ? '' : String(decodeCursor(after, 1)[0]);
  const map = await maps.findOne({ code: mapCode }).lean();
  const found = await technologies
    .find({ mapId: map?._id ?? null, current: true, code: { $gt: position } })
    .sort({ code: 1, _id: 1 })
    .limit(pageRows + 1)
    .lean();
  const parents = await codesOf({ technologies }, found.flatMap(({ parentId }) => parentId ?? [])); // prettier-ignore
  const rows = found.slice(0, pageRows).map((technology) => ({
    ...technology,
    parentCode: technology.parentId === null ? undefined : parents.get(technology.parentId),
    externalId: technology.origin?.externalId,
  }));
  return pageOf(technologyColumns, format, rows, found, after, ({ code }) => [code]);
}

/** One page of what firms that take part can do, the longest standing first. For the secretariat and operators. */
export async function capabilityTable(
  { viewer, capabilities, technologies }: Context,
  format: TableFormat,
  after: string | null,
): Promise<TablePage> {
  signedInAs(viewer, 'SECRETARIAT', 'OPERATOR');
  const position = after === null ? '' : String(decodeCursor(after, 1)[0]);
  const found = await capabilities
    .find({ active: true, _id: { $gt: position } })
    .sort({ _id: 1 })
    .limit(pageRows + 1)
    .lean();
  const codes = await codesOf({ technologies }, found.map(({ technologyId }) => technologyId)); // prettier-ignore
  const rows = found.slice(0, pageRows).map((capability: CapabilityRecord) => ({
    ...capability,
    technologyCode: codes.get(capability.technologyId) ?? '',
  }));
  return pageOf(capabilityColumns, format, rows, found, after, ({ _id }) => [_id]);
}

/** A table to import. */
export interface TableImport {
  source: string;
  format: TableFormat;
  text: string;
  dryRun?: boolean | null | undefined;
}

/**
 * Imports technologies from a table; lines that cannot be read are told beside those that were refused. For operators
 * and the secretariat.
 *
 * @throws {Refusal} as `importTechnologies`; LIMIT_REACHED (text)
 */
export async function importTechnologyTable(
  context: Context,
  { mapCode, ...table }: TableImport & { mapCode: string },
): Promise<IntakeReport & { version: VersionRecord | null }> {
  signedInAs(context.viewer, 'OPERATOR', 'SECRETARIAT');
  const { rows, problems } = readWithin(technologyColumns, table);
  const { source, dryRun } = table;
  const given = { mapCode, source, dryRun, rows: rows.map(({ row }) => row) };
  const report = await importTechnologies(context, given);
  return { ...report, problems: inOrder([...problems, ...report.problems.map(byLine(rows))]) };
}

/**
 * Imports capabilities from a table; lines that cannot be read are told beside those that were refused. For operators
 * and the secretariat.
 *
 * @throws {Refusal} as `importCapabilities`; LIMIT_REACHED (text)
 */
export async function importCapabilityTable(
  context: Context,
  table: TableImport,
): Promise<IntakeReport> {
  signedInAs(context.viewer, 'OPERATOR', 'SECRETARIAT');
  const { rows, problems } = readWithin(capabilityColumns, table);
  const { source, dryRun } = table;
  const report = await importCapabilities(context, { source, dryRun, rows: rows.map(({ row }) => row) }); // prettier-ignore
  return { ...report, problems: inOrder([...problems, ...report.problems.map(byLine(rows))]) };
}

function readWithin<Row>(columns: Columns<Row>, { format, text }: TableImport) {
  refuseAny(lengthFaults(text, longestText, ['text']));
  const read = readTable(columns, format, text);
  // A line may have several faults.
  const faulty = new Set(read.problems.map(({ path }) => path[1]));
  refuseAny(countFaults(read.rows.length + faulty.size, mostRows, ['text']));
  return read;
}

/** A problem of a row told by the line that the row stands on. */
function byLine<Row>(rows: readonly Line<Row>[]): (found: Problem) => Problem {
  return (found) => {
    const [list, index, ...field] = found.path;
    const line = rows[Number(index)]?.line;
    if (list !== 'rows' || line === undefined) return found;
    return { ...found, path: ['lines', String(line), ...field] };
  };
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => Number(a.path[1] ?? 0) - Number(b.path[1] ?? 0));
}

function pageOf<Row>(
  columns: Columns<Row>,
  format: TableFormat,
  rows: readonly (Row & { _id: string })[],
  found: readonly unknown[],
  after: string | null,
  positionOf: (row: Row & { _id: string }) => string[],
): TablePage {
  const last = rows.at(-1);
  return {
    text: writeTable(columns, format, rows, after === null),
    rows: rows.length,
    hasNextPage: found.length > rows.length,
    endCursor: last ? encodeCursor(positionOf(last)) : null,
  };
}

async function codesOf(
  { technologies }: Pick<Context, 'technologies'>,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const found = await technologies.find({ _id: { $in: [...new Set(ids)] } }, { code: 1 }).lean();
  return new Map(found.map(({ _id, code }) => [_id, code]));
}

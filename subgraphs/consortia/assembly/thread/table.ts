// Long lists as columns of numbers: what a job keeps of hundreds of thousands of rows, and what crosses the thread border.
import { at } from '../task/dense.ts';
import type { Capability, History, Rows } from '../types.ts';

/** Capabilities: places among the candidates (-1: none of them) and the technologies, levels as bytes. */
export type CapabilityColumns = {
  readonly firm: Int32Array;
  readonly technology: Int32Array;
  readonly level: Uint8Array;
  readonly verified: Uint8Array;
};

/** History: places among the candidates (-1: none of them). */
export type HistoryColumns = {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly strength: Float64Array;
};

// No level that is a whole number from 0 to 9 comes near them; any other stays as wrong as it is.
const noLevel = 254;
const wrongLevel = 255;

/** Columns of some capabilities. */
export function packCapabilities(
  rows: readonly Capability[],
  placeOf: ReadonlyMap<string, number>,
  technologyOf: ReadonlyMap<string, number>,
): CapabilityColumns {
  return {
    firm: Int32Array.from(rows, (row) => placeOf.get(row.candidateId) ?? -1),
    technology: Int32Array.from(rows, (row) => technologyOf.get(row.technologyId) ?? -1),
    level: Uint8Array.from(rows, (row) => levelByte(row.level)),
    verified: Uint8Array.from(rows, ({ verifiedLevel }) =>
      verifiedLevel === null ? noLevel : levelByte(verifiedLevel),
    ),
  };
}

function levelByte(level: number): number {
  return Number.isInteger(level) && level >= 0 && level < noLevel ? level : wrongLevel;
}

/** Columns of some history. */
export function packHistory(
  rows: readonly History[],
  placeOf: ReadonlyMap<string, number>,
): HistoryColumns {
  return {
    a: Int32Array.from(rows, (row) => placeOf.get(row.a) ?? -1),
    b: Int32Array.from(rows, (row) => placeOf.get(row.b) ?? -1),
    strength: Float64Array.from(rows, ({ strength }) => strength),
  };
}

/** The rows of columns in parts, each made when it is read. `ids` are those of the candidates, by place. */
export function capabilityRows(
  parts: readonly CapabilityColumns[],
  ids: readonly string[],
  technologyIds: readonly string[],
): Rows<Capability> {
  const tables = parts.map((part) => ({
    count: part.firm.length,
    isOf: (row: number, marks: Uint8Array) => marks[at(part.firm, row)] === 1,
    rowAt: (row: number) => {
      const verified = at(part.verified, row);
      return {
        candidateId: ids[at(part.firm, row)] ?? '',
        technologyId: technologyIds[at(part.technology, row)] ?? '',
        level: at(part.level, row),
        verifiedLevel: verified === noLevel ? null : verified,
      };
    },
  }));
  return rowsOf(tables, ids);
}

/** The rows of columns in parts, each made when it is read. `ids` are those of the candidates, by place. */
export function historyRows(
  parts: readonly HistoryColumns[],
  ids: readonly string[],
): Rows<History> {
  const tables = parts.map((part) => ({
    count: part.a.length,
    isOf: (row: number, marks: Uint8Array) =>
      marks[at(part.a, row)] === 1 && marks[at(part.b, row)] === 1,
    rowAt: (row: number) => ({
      a: ids[at(part.a, row)] ?? '',
      b: ids[at(part.b, row)] ?? '',
      strength: at(part.strength, row),
    }),
  }));
  return rowsOf(tables, ids);
}

type Table<Row> = {
  readonly count: number;
  readonly rowAt: (row: number) => Row;
  /** Whether all firms of a row are marked, by place. */
  readonly isOf: (row: number, marks: Uint8Array) => boolean;
};

function rowsOf<Row>(tables: readonly Table<Row>[], ids: readonly string[]): Rows<Row> {
  return {
    length: tables.reduce((sum, { count }) => sum + count, 0),
    *[Symbol.iterator]() {
      for (const { count, rowAt } of tables) for (let row = 0; row < count; row++) yield rowAt(row);
    },
    *among(candidateIds) {
      const marks = Uint8Array.from(ids, (id) => (candidateIds.has(id) ? 1 : 0));
      for (const { count, isOf, rowAt } of tables)
        for (let row = 0; row < count; row++) if (isOf(row, marks)) yield rowAt(row);
    },
  };
}

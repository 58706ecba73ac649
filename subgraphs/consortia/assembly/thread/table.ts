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

/** The rows of columns in parts, each made when it is read. */
export function capabilityRows(
  parts: readonly CapabilityColumns[],
  idOf: (place: number) => string,
  technologyIds: readonly string[],
): Rows<Capability> {
  return rowsOf(
    parts,
    ({ firm }) => firm.length,
    (part, row) => {
      const verified = at(part.verified, row);
      return {
        candidateId: idOf(at(part.firm, row)),
        technologyId: technologyIds[at(part.technology, row)] ?? '',
        level: at(part.level, row),
        verifiedLevel: verified === noLevel ? null : verified,
      };
    },
  );
}

/** The rows of columns in parts, each made when it is read. */
export function historyRows(
  parts: readonly HistoryColumns[],
  idOf: (place: number) => string,
): Rows<History> {
  return rowsOf(
    parts,
    ({ a }) => a.length,
    (part, row) => ({
      a: idOf(at(part.a, row)),
      b: idOf(at(part.b, row)),
      strength: at(part.strength, row),
    }),
  );
}

function rowsOf<Part, Row>(
  parts: readonly Part[],
  count: (part: Part) => number,
  rowOf: (part: Part, row: number) => Row,
): Rows<Row> {
  return {
    length: parts.reduce((sum, part) => sum + count(part), 0),
    *[Symbol.iterator]() {
      for (const part of parts) for (let row = 0; row < count(part); row++) yield rowOf(part, row);
    },
  };
}

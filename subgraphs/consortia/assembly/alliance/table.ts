// Columns as lists: each row is made when it is read.
import {
  flags,
  noLevel,
  placeOf,
  type AllianceColumns,
  type CapabilityColumns,
  type Coded,
  type FirmColumns,
  type HistoryColumns,
} from './columns.ts';
import { byte, real } from '../task/dense.ts';
import type { Candidate, Capability, History, Rows } from '../problem.ts';

/** A list that is columns. */
export type Table<Row, Columns> = Rows<Row> & { readonly columns: Columns };

/** The three lists of an alliance. */
export type Alliance = {
  readonly candidates: Table<Candidate, FirmColumns>;
  readonly capabilities: Table<Capability, CapabilityColumns>;
  readonly history: Table<History, HistoryColumns>;
};

/** An alliance as lists. */
export function tablesOf({ firms, capabilities, history }: AllianceColumns): Alliance {
  const { ids } = firms;
  const nameOf = (place: number | undefined) => ids[place ?? -1] ?? '';
  const capabilityAt = (row: number): Capability => ({
    candidateId: nameOf(capabilities.firm[row]),
    technologyId: capabilities.technologyIds[capabilities.technology[row] ?? -1] ?? '',
    level: capabilities.level[row] ?? 0,
    verifiedLevel: verifiedAt(capabilities, row),
  });
  const historyAt = (row: number): History => ({
    a: nameOf(history.a[row]),
    b: nameOf(history.b[row]),
    strength: history.strength[row] ?? 0,
  });
  return {
    candidates: {
      columns: firms,
      length: ids.length,
      [Symbol.iterator]: () => each(ids.length, (place) => firmAt(firms, place)),
      *among(wanted) {
        for (const place of placesOf(firms, wanted)) yield firmAt(firms, place);
      },
    },
    capabilities: {
      columns: capabilities,
      length: capabilities.firm.length,
      [Symbol.iterator]: () => each(capabilities.firm.length, capabilityAt),
      *among(wanted) {
        const marks = marked(firms, wanted);
        for (let row = 0; row < capabilities.firm.length; row++)
          if (marks[capabilities.firm[row] ?? -1] === 1) yield capabilityAt(row);
      },
    },
    history: {
      columns: history,
      length: history.a.length,
      [Symbol.iterator]: () => each(history.a.length, historyAt),
      *among(wanted) {
        const marks = marked(firms, wanted);
        for (let row = 0; row < history.a.length; row++)
          if (marks[history.a[row] ?? -1] === 1 && marks[history.b[row] ?? -1] === 1)
            yield historyAt(row);
      },
    },
  };
}

/** The firm at a place. */
export function firmAt(columns: FirmColumns, place: number): Candidate {
  const bits = byte(columns.flags, place);
  const has = (flag: number) => (bits & flag) > 0;
  const prices = valueAt(columns.prices, place);
  return {
    id: columns.ids[place] ?? '',
    kinds: valueAt(columns.kinds, place) ?? [],
    isSme: has(flags.isSme),
    region: valueAt(columns.region, place) ?? '',
    isOutsideCapital: has(flags.isOutsideCapital),
    certificates: valueAt(columns.certificates, place) ?? [],
    affiliateGroup: valueAt(columns.affiliateGroup, place) ?? null,
    capacity: real(columns.capacity, place),
    entryCostWon: real(columns.entryCostWon, place),
    requirementPriceWon: real(columns.requirementPriceWon, place),
    ...(prices ? { prices } : {}),
    trackRecord: real(columns.trackRecord, place),
    isAvailable: has(flags.isAvailable),
    isSanctioned: has(flags.isSanctioned),
    ...(has(flags.saysLead) ? { mayLead: has(flags.mayLead) } : {}),
    proposedLately: real(columns.proposedLately, place),
  };
}

function valueAt<Value>({ code, values }: Coded<Value>, place: number): Value | undefined {
  return values[code[place] ?? -1];
}

function verifiedAt({ verified }: CapabilityColumns, row: number): number | null {
  const level = verified[row] ?? noLevel;
  return level === noLevel ? null : level;
}

function* each<Row>(length: number, rowAt: (row: number) => Row): Generator<Row> {
  for (let row = 0; row < length; row++) yield rowAt(row);
}

function placesOf(firms: FirmColumns, wanted: ReadonlySet<string>): number[] {
  const places = [...wanted].map((id) => placeOf(firms, id)).filter((place) => place >= 0);
  return places.toSorted((a, b) => a - b);
}

function marked(firms: FirmColumns, wanted: ReadonlySet<string>): Uint8Array {
  const marks = new Uint8Array(firms.ids.length);
  for (const place of placesOf(firms, wanted)) marks[place] = 1;
  return marks;
}

// An alliance as columns: what a job keeps of hundreds of thousands of rows. They lie in shared memory, so that a thread that
// solves reads what another has gathered and nothing is copied.
import type { Candidate, Kind } from '../problem.ts';

/** A column of values of which few are different: the place of each row's value among them. */
export type Coded<Value> = { readonly code: Int32Array; readonly values: readonly Value[] };

/** Firms; a row's number is the firm's place. */
export type FirmColumns = {
  readonly ids: readonly string[];
  readonly kinds: Coded<readonly Kind[]>;
  readonly region: Coded<string>;
  readonly certificates: Coded<readonly string[]>;
  readonly affiliateGroup: Coded<string | null>;
  readonly prices: Coded<Candidate['prices']>;
  /** Bits of `flags`. */
  readonly flags: Uint8Array;
  readonly capacity: Float64Array;
  readonly entryCostWon: Float64Array;
  readonly requirementPriceWon: Float64Array;
  readonly trackRecord: Float64Array;
  readonly proposedLately: Float64Array;
};

/** Capabilities: places of firms (-1: none of them) and of technologies in `technologyIds`, levels as bytes. */
export type CapabilityColumns = {
  readonly technologyIds: readonly string[];
  readonly firm: Int32Array;
  readonly technology: Int32Array;
  readonly level: Uint8Array;
  readonly verified: Uint8Array;
};

/** History: places of firms (-1: none of them). */
export type HistoryColumns = {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly strength: Float64Array;
};

/** A whole alliance in columns. */
export type AllianceColumns = {
  readonly firms: FirmColumns;
  readonly capabilities: CapabilityColumns;
  readonly history: HistoryColumns;
};

/** What a firm's flags mean, one bit each. */
export const flags = {
  isSme: 1,
  isOutsideCapital: 2,
  isAvailable: 4,
  isSanctioned: 8,
  /** `mayLead` is said of the firm, and what. */
  saysLead: 16,
  mayLead: 32,
} as const;

/** The flags of a firm as bits. */
export function flagsOf(firm: Candidate): number {
  const { isSme, isOutsideCapital, isAvailable, isSanctioned, mayLead } = firm;
  return (
    (isSme ? flags.isSme : 0) |
    (isOutsideCapital ? flags.isOutsideCapital : 0) |
    (isAvailable ? flags.isAvailable : 0) |
    (isSanctioned ? flags.isSanctioned : 0) |
    (mayLead === undefined ? 0 : flags.saysLead) |
    (mayLead === true ? flags.mayLead : 0)
  );
}

// No level that is a whole number from 0 to 9 comes near them; any other stays as wrong as it is.
/** The byte of a level that nobody has verified. */
export const noLevel = 254;
const wrongLevel = 255;

/** A level as a byte. */
export function levelByte(level: number | null): number {
  if (level === null) return noLevel;
  return Number.isInteger(level) && level >= 0 && level < noLevel ? level : wrongLevel;
}

const orders = new WeakMap<FirmColumns, Int32Array>();

/** The places of the firms in the order of their ids, so that equal problems become equal programmes. */
export function orderOf(columns: FirmColumns): Int32Array {
  const known = orders.get(columns);
  if (known) return known;
  const { ids } = columns;
  const order = Int32Array.from(ids.keys());
  const id = (place: number) => ids[place] ?? '';
  const isSorted = ids.every((one, place) => place === 0 || (ids[place - 1] ?? '') <= one);
  if (!isSorted) order.sort((a, b) => (id(a) < id(b) ? -1 : 1));
  orders.set(columns, order);
  return order;
}

/** The place of a firm, or -1. */
export function placeOf(columns: FirmColumns, id: string): number {
  const order = orderOf(columns);
  let low = 0;
  let high = order.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const place = order[middle] ?? -1;
    const found = columns.ids[place] ?? '';
    if (found === id) return place;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

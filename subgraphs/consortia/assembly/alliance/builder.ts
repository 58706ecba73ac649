// Gathers an alliance row by row into columns, so that no list of objects is ever kept.
import { flagsOf, levelByte, type Coded } from './columns.ts';
import { tablesOf, type Alliance } from './table.ts';
import type { Candidate, Capability, History } from '../problem.ts';

/** Takes an alliance in, row by row. */
export type AllianceBuilder = {
  /** Takes a firm in and gives its place. */
  readonly addFirm: (firm: Candidate) => number;
  /** The place of a firm that was taken in; -1 for others. */
  readonly placeOf: (id: string) => number;
  /** Puts a firm into another affiliate group. */
  readonly regroup: (place: number, group: string | null) => void;
  readonly addCapability: (
    place: number,
    capability: Pick<Capability, 'technologyId' | 'level' | 'verifiedLevel'>,
  ) => void;
  /** By places; -1 stands for a firm that is not here. */
  readonly addHistory: (a: number, b: number, strength: History['strength']) => void;
  /** All that was taken in. Nothing may be added after. */
  readonly finish: () => Alliance;
};

/** Begins with nothing. */
export function buildAlliance(): AllianceBuilder {
  const ids: string[] = [];
  const places = new Map<string, number>();
  const kinds = coding<Candidate['kinds']>(JSON.stringify);
  const region = coding<string>((value) => value);
  const certificates = coding<Candidate['certificates']>(JSON.stringify);
  const affiliateGroup = coding<string | null>((value) => value ?? 0);
  const prices = coding<Candidate['prices']>((value) => value ?? 0);
  const bits = growing(Uint8Array);
  const numbers = {
    capacity: growing(Float64Array),
    entryCostWon: growing(Float64Array),
    requirementPriceWon: growing(Float64Array),
    trackRecord: growing(Float64Array),
  };
  const proposedLately = growing(Float64Array);
  const technologies = coding<string>((value) => value);
  const able = {
    firm: growing(Int32Array),
    level: growing(Uint8Array),
    verified: growing(Uint8Array),
  };
  const edges = { a: growing(Int32Array), b: growing(Int32Array), strength: growing(Float64Array) };
  return {
    addFirm: (firm) => {
      const place = ids.length;
      ids.push(firm.id);
      places.set(firm.id, place);
      kinds.add(firm.kinds);
      region.add(firm.region);
      certificates.add(firm.certificates);
      affiliateGroup.add(firm.affiliateGroup);
      prices.add(firm.prices);
      bits.add(flagsOf(firm));
      numbers.capacity.add(firm.capacity);
      numbers.entryCostWon.add(firm.entryCostWon);
      numbers.requirementPriceWon.add(firm.requirementPriceWon);
      numbers.trackRecord.add(firm.trackRecord);
      proposedLately.add(firm.proposedLately ?? 0);
      return place;
    },
    placeOf: (id) => places.get(id) ?? -1,
    regroup: (place, group) => affiliateGroup.change(place, group),
    addCapability: (place, { technologyId, level, verifiedLevel }) => {
      able.firm.add(place);
      technologies.add(technologyId);
      able.level.add(levelByte(level));
      able.verified.add(levelByte(verifiedLevel));
    },
    addHistory: (a, b, strength) => {
      edges.a.add(a);
      edges.b.add(b);
      edges.strength.add(strength);
    },
    finish: () => {
      places.clear();
      const technology = technologies.finish();
      return tablesOf({
        firms: {
          ids,
          kinds: kinds.finish(),
          region: region.finish(),
          certificates: certificates.finish(),
          affiliateGroup: affiliateGroup.finish(),
          prices: prices.finish(),
          flags: bits.finish(),
          capacity: numbers.capacity.finish(),
          entryCostWon: numbers.entryCostWon.finish(),
          requirementPriceWon: numbers.requirementPriceWon.finish(),
          trackRecord: numbers.trackRecord.finish(),
          proposedLately: proposedLately.finish(),
        },
        capabilities: {
          technologyIds: technology.values,
          firm: able.firm.finish(),
          technology: technology.code,
          level: able.level.finish(),
          verified: able.verified.finish(),
        },
        history: {
          a: edges.a.finish(),
          b: edges.b.finish(),
          strength: edges.strength.finish(),
        },
      });
    },
  };
}

type Numbers = Uint8Array | Int32Array | Float64Array;

const firstLength = 1_024;

// A column of shared memory that doubles when it is full.
function growing<Column extends Numbers>(Kind: {
  new (buffer: SharedArrayBuffer): Column;
  readonly BYTES_PER_ELEMENT: number;
}) {
  const room = (length: number) => new Kind(new SharedArrayBuffer(length * Kind.BYTES_PER_ELEMENT));
  let column = room(firstLength);
  let count = 0;
  return {
    add: (value: number) => {
      if (count === column.length) {
        const larger = room(2 * count);
        larger.set(column);
        column = larger;
      }
      column[count++] = value;
    },
    change: (place: number, value: number) => {
      column[place] = value;
    },
    finish: () => column.subarray(0, count) as Column,
  };
}

// Values of which many rows have the same: each is kept once, by its key.
function coding<Value>(keyOf: (value: Value) => unknown) {
  const code = growing(Int32Array);
  const values: Value[] = [];
  const known = new Map<unknown, number>();
  const codeOf = (value: Value): number => {
    const key = keyOf(value);
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, values.length);
    return values.push(value) - 1;
  };
  return {
    add: (value: Value) => code.add(codeOf(value)),
    change: (place: number, value: Value) => code.change(place, codeOf(value)),
    finish: (): Coded<Value> => ({ code: code.finish(), values }),
  };
}

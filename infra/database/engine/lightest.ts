// Which of several conditions on one field leaves the fewest keys of an index to be read.
import type { KeyRange, Reader } from '../store/reader.ts';
import { turned } from './bounds.ts';
import type { ChooseBounds, FieldBounds } from './bounds.ts';
import type { Index } from './collection.ts';

// Whether there are so many is asked one after the other: the first that has fewer is taken. An entry more to be looked
// through takes a fifth of asking once more.
const STEPS = [16, 128, 1024];

/**
 * Chooses by the keys of an index's first field: of the grams of a word that all must be there, one of the rarest leads to
 * few documents, and the others leave out most of them before they are read.
 */
export function lightestIn(index: Index, reader: Reader): ChooseBounds {
  return (candidates) => {
    const weighed = candidates.map((bounds) => ({ bounds, ranges: rangesOf(index, bounds) }));
    for (const [at, step] of STEPS.entries()) {
      const light = weighed.findIndex(({ ranges }) => !hasMany(index, ranges, step, reader));
      const found = weighed[light];
      if (found !== undefined)
        // Where few are left, one more key leaves out nearly all that it can.
        return { ...found.bounds, also: othersOf(weighed, light, at === 0 ? 1 : 2) };
    }
    return withOthers(weighed);
  };
}

function withOthers(weighed: readonly Weighed[]): FieldBounds | undefined {
  const [first] = weighed;
  return first === undefined ? undefined : { ...first.bounds, also: othersOf(weighed, 0, 2) };
}

type Weighed = { bounds: FieldBounds; ranges: readonly KeyRange[] };

/** Those after the chosen one come first: the ones before it have more entries. */
function othersOf(weighed: readonly Weighed[], light: number, most: number): Buffer[] {
  return [...weighed.slice(light + 1), ...weighed.slice(0, light)]
    .filter(({ bounds: { intervals } }) => intervals.length === 1 && intervals[0]?.isPoint === true)
    .flatMap(({ ranges }) => ranges.map(({ low }) => low))
    .slice(0, most);
}

function rangesOf(index: Index, { intervals }: FieldBounds): readonly KeyRange[] {
  const own = index.directions[0] === -1 ? intervals.map(turned) : intervals;
  // Of an index of one field a point is a key; of others many keys begin with it.
  const isOneField = index.fields.length === 1;
  return own.map(({ low, high, isPoint }) => ({ low, high, isOneKey: isOneField && isPoint }));
}

function hasMany(index: Index, ranges: readonly KeyRange[], many: number, reader: Reader): boolean {
  const [only] = ranges;
  if (ranges.length === 1 && only !== undefined) return reader.hasEntries(index.id, only, many);
  let count = 0;
  for (const range of ranges) {
    count += reader.countEntries(index.id, range, many - count);
    if (count >= many) return true;
  }
  return false;
}

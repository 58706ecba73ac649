// Which of several conditions on one field leaves the fewest keys of an index to be read.
import type { KeyRange, Reader } from '../store/reader.ts';
import { turned } from './bounds.ts';
import type { ChooseBounds, FieldBounds } from './bounds.ts';
import type { Index } from './collection.ts';

// Whether there are so many is asked one after the other: the first that has fewer is taken. Reading a document takes
// about half as long as asking, so it is not asked more finely.
const STEPS = [4, 32, 256, 2048];

/**
 * Chooses by the keys of an index's first field: of the grams of a word that all must be there, the rarest leads to
 * the fewest documents.
 */
export function lightestIn(index: Index, reader: Reader): ChooseBounds {
  return (candidates) => {
    const weighed = candidates.map((bounds) => ({ bounds, ranges: rangesOf(index, bounds) }));
    for (const step of STEPS) {
      const light = weighed.find(({ ranges }) => !hasMany(index, ranges, step, reader));
      if (light !== undefined) return light.bounds;
    }
    return candidates[0];
  };
}

function rangesOf(index: Index, { intervals }: FieldBounds): readonly KeyRange[] {
  return index.directions[0] === -1 ? intervals.map(turned) : intervals;
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

/** What two capability maps say differently. No storage. */
import type { Claim } from './capability.model.ts';

/** One technology in which two maps differ. */
export interface Difference {
  technologyId: string;
  fromLevel: number | null;
  toLevel: number | null;
}

/** What two maps have in common and what not. */
export interface Differences {
  differences: Difference[];
  /** How many technologies both have at the same level. */
  same: number;
}

type Levels = readonly Pick<Claim, 'technologyId' | 'level'>[];

/** Compares two maps technology by technology: first in the order of one, then what only the other has in its order. */
export function differencesBetween(from: Levels, to: Levels): Differences {
  const [one, other] = [levelsOf(from), levelsOf(to)];
  const all = [...new Set([...one.keys(), ...other.keys()])].map((technologyId) => ({
    technologyId,
    fromLevel: one.get(technologyId) ?? null,
    toLevel: other.get(technologyId) ?? null,
  }));
  const differences = all.filter(({ fromLevel, toLevel }) => fromLevel !== toLevel);
  return { differences, same: all.length - differences.length };
}

function levelsOf(entries: Levels): Map<string, number> {
  return new Map(entries.map(({ technologyId, level }) => [technologyId, level]));
}

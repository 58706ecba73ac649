/** The technologies of maps as their newest published versions say, held in memory: they change with a publication alone. */
import type { Model } from 'mongoose';

import type { TechMapRecord } from '../tech-map/tech-map.model.ts';
import type { IndexedTechnology, TechnologyRecord } from './technology.model.ts';

/** How many technologies of all maps together are held, besides those of the map that was asked for last. */
const heldLimit = 40_000;

/** The current technologies of maps. */
export interface CurrentTechnologies {
  /** All of a map's, in the order of codes; none before its first version is published. Not to be changed. */
  of(map: Pick<TechMapRecord, '_id' | 'publishedId'>): Promise<readonly TechnologyRecord[]>;
}

/** Reads each published version once, and forgets those first that nobody asked for longest. */
export function currentTechnologies(technologies: Model<IndexedTechnology>): CurrentTechnologies {
  const held = new Map<string, { publishedId: string; all: Promise<TechnologyRecord[]> }>();
  const sizes = new Map<string, number>();
  const forget = () => {
    let sum = [...sizes.values()].reduce((all, size) => all + size, 0);
    for (const mapId of [...held.keys()].slice(0, -1)) {
      if (sum <= heldLimit) return;
      sum -= sizes.get(mapId) ?? 0;
      held.delete(mapId);
      sizes.delete(mapId);
    }
  };
  const read = async (mapId: string): Promise<TechnologyRecord[]> => {
    const fields = { forms: 0, grams: 0 } as const;
    const found = await technologies
      .find({ mapId, current: true }, fields)
      .sort({ code: 1, _id: 1 })
      .lean();
    sizes.set(mapId, found.length);
    forget();
    return found;
  };
  return {
    of: async ({ _id, publishedId }) => {
      if (publishedId === null) return [];
      const known = held.get(_id);
      held.delete(_id);
      if (known?.publishedId === publishedId) {
        held.set(_id, known);
        return known.all;
      }
      const reading = { publishedId, all: read(_id) };
      held.set(_id, reading);
      // What could not be read is read again by whoever asks next.
      return reading.all.catch((error: unknown) => {
        if (held.get(_id) === reading) held.delete(_id);
        throw error;
      });
    },
  };
}

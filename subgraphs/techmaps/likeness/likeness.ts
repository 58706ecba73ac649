/** How alike two firms are by what they can do. No storage. */
import { wholeInBasisPoints } from '#kit/won.ts';

/** What a firm can do: level by technology id. */
export type Profile = ReadonlyMap<string, number>;

/**
 * How much a technology tells of a firm: more the rarer it is, never nothing.
 *
 * @param firms how many have it
 * @param all how many firms there are
 */
export function rarity(firms: number, all: number): number {
  return Math.log(1 + Math.max(all, 1) / Math.max(firms, 1));
}

/**
 * How alike two firms are, 0 to 10,000: the cosine of their levels, each weighed by the technology's rarity.
 *
 * @param weightOf weight of a technology, above 0
 */
export function likeness(
  a: Profile,
  b: Profile,
  weightOf: (technologyId: string) => number,
): number {
  const shared = [...a].reduce(
    (sum, [id, level]) => sum + level * (b.get(id) ?? 0) * weightOf(id) ** 2,
    0,
  );
  const size = Math.sqrt(square(a, weightOf) * square(b, weightOf));
  return size === 0
    ? 0
    : Math.min(wholeInBasisPoints, Math.round((shared / size) * wholeInBasisPoints));
}

/** How many technologies both have. */
export function sharedTechnologies(a: Profile, b: Profile): number {
  return [...a.keys()].filter((id) => b.has(id)).length;
}

function square(profile: Profile, weightOf: (technologyId: string) => number): number {
  return [...profile].reduce((sum, [id, level]) => sum + (level * weightOf(id)) ** 2, 0);
}

/** What technologies require, taken together: nothing may in the end require itself. */

/** Ids of the technologies that each technology requires. */
export type Requirements = ReadonlyMap<string, readonly string[]>;

/** The rule that a problem names. */
export const noCycleRule = 'REQUIRES_HAS_NO_CYCLE';

/**
 * The shortest way from one technology to another along what they require, both ends in it; null when there is none.
 */
export function wayBetween(
  fromId: string,
  toId: string,
  requirements: Requirements,
): string[] | null {
  const before = new Map<string, string | null>([[fromId, null]]);
  // The keys grow while they are gone through, the nearest first.
  for (const id of before.keys()) {
    if (id === toId) return backFrom(id, before);
    for (const next of requirements.get(id) ?? []) if (!before.has(next)) before.set(next, id);
  }
  return null;
}

/** Technologies that require each other in a ring, each the next and the last the first; null when none do. */
export function requiredRing(requirements: Requirements): string[] | null {
  const left = unfounded(requirements);
  const [first] = left.keys();
  if (first === undefined) return null;
  // Each that is left requires another that is left, so the way from any of them comes round.
  const way: string[] = [];
  for (let id = first; ;) {
    const met = way.indexOf(id);
    if (met >= 0) return way.slice(met);
    way.push(id);
    id = left.get(id) ?? id;
  }
}

/** What is left once everything is taken away that requires nothing any more, each with one that it requires. */
function unfounded(requirements: Requirements): Map<string, string> {
  const counts = new Map([...requirements].map(([id, required]) => [id, required.length]));
  const users = usersOf(requirements);
  const founded = new Set([...users.keys()].filter((id) => !requirements.has(id)));
  for (const [id, required] of requirements) if (required.length === 0) founded.add(id);
  for (const each of founded)
    for (const id of users.get(each) ?? []) {
      const count = (counts.get(id) ?? 0) - 1;
      counts.set(id, count);
      if (count === 0) founded.add(id);
    }
  return new Map(
    [...requirements].flatMap(([id, required]) => {
      const next = required.find((each) => !founded.has(each));
      return founded.has(id) || next === undefined ? [] : [[id, next] as const];
    }),
  );
}

/** Those that require each technology. */
function usersOf(requirements: Requirements): Map<string, string[]> {
  const pairs = [...requirements].flatMap(([id, required]) =>
    required.map((each) => ({ id, each })),
  );
  const groups = Map.groupBy(pairs, ({ each }) => each);
  return new Map([...groups].map(([each, group]) => [each, group.map(({ id }) => id)]));
}

function backFrom(id: string, before: ReadonlyMap<string, string | null>): string[] {
  const way: string[] = [];
  for (let each: string | null = id; each !== null; each = before.get(each) ?? null) way.push(each);
  return way.toReversed();
}

/** What facts mean for what is known already: which things became different, and what a thing became. */
import type { Model } from 'mongoose';

import type { Followed, FactRecord } from './facts.ts';

/** A read model, before it is brought up to facts, and the facts that it will be brought up to. */
export interface Renewal<Record extends Followed> {
  known: Model<Record>;
  facts: readonly FactRecord[];
}

/** What a read model keeps of a state. */
export type Kept<Record extends Followed> = Omit<Record, keyof Followed>;

/** The newest state of a thing: what is told now, else what was known before; null where neither says anything. */
export async function newestOf<Record extends Followed>(
  { known, facts }: Renewal<Record>,
  key: string,
): Promise<Kept<Record> | null> {
  const told = facts.findLast((fact) => fact.key === key);
  if (told) return told.state as Kept<Record> | null;
  return known.findById(key).lean();
}

/** Keys of what is told whose aspect is another than it was, or was not known; what is gone has none. */
export async function renewedKeys<Record extends Followed>(
  { known, facts }: Renewal<Record>,
  aspectOf: (state: Kept<Record>) => unknown,
): Promise<string[]> {
  const ids = facts.map(({ key }) => key);
  const found = await known.find({ _id: { $in: ids } } as object).lean<Record[]>();
  const before = new Map(
    found.filter(({ gone }) => !gone).map((each) => [each._id, JSON.stringify(aspectOf(each))]),
  );
  return facts.flatMap(({ key, state }) =>
    state !== null && before.get(key) !== JSON.stringify(aspectOf(state as Kept<Record>))
      ? [key]
      : [],
  );
}

/** Longest way that is followed from what a thing was to what it became. */
const mostSteps = 10;

/** What a thing became in the end, over as many steps as there were. */
export async function becameOf<Record extends Followed>(
  renewal: Renewal<Record>,
  key: string,
  nextOf: (state: Kept<Record>) => string | null | undefined,
): Promise<string> {
  let id = key;
  for (let step = 0; step < mostSteps; step += 1) {
    const state = await newestOf(renewal, id);
    const next = state && nextOf(state);
    if (!next) return id;
    id = next;
  }
  return id;
}

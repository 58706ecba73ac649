/** Storing a change of something that a client read at a revision. */
import { refusal } from '#kit/refusal.ts';

/** What is stored with a revision. */
interface Revised {
  _id: string;
  revision: number;
}

/** What stores it: a model. */
interface Store {
  updateOne(
    filter: Revised,
    update: { $set: object; $unset?: object; $inc: { revision: 1 } },
  ): PromiseLike<{ matchedCount: number }>;
}

/**
 * Stores a change of a record that was read at `revision`, which others may have changed since.
 *
 * @param what it is, for the message: `report`
 * @param forgotten names of fields that go
 * @throws {Refusal} STALE (revision)
 */
export async function changeRevised<R extends Revised>(
  store: Store,
  what: string,
  record: R,
  revision: number,
  change: Partial<R>,
  ...forgotten: (keyof R & string)[]
): Promise<R> {
  const { matchedCount } = await store.updateOne(
    { _id: record._id, revision },
    {
      $set: change,
      ...(forgotten.length > 0 && {
        $unset: Object.fromEntries(forgotten.map((field) => [field, 1])),
      }),
      $inc: { revision: 1 },
    },
  );
  if (matchedCount === 0)
    throw refusal('STALE', `The ${what} was changed since it was read.`, ['revision']);
  return { ...record, ...change, revision: revision + 1 };
}

/** What a new version adds to things that were there before it: done at its first start, and taken up again where a stop left it. */
import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema, prepare, transaction } from './mongo.ts';

interface UpgradeRecord {
  /** Name of the upgrade. */
  _id: string;
  /** The thing that was done last; empty before the first. */
  after: string;
  done: boolean;
}

const upgradeSchema = new Schema(
  {
    _id: { type: String, required: true },
    after: { type: String, default: '' },
    done: { type: Boolean, required: true },
  },
  { ...plainSchema, collection: 'upgrades' },
);

/**
 * Brings what is there up to a new version, some things at a time, once for all time. Each step is one transaction with the
 * mark of how far it came: a stop loses the step that was under way, and processes that start at once take turns.
 *
 * @param name of the upgrade, never used for another one
 * @param step does the next things in the order of their ids, after the one with this id (empty at first); gives the last
 *   one's id, or null when there are no more
 */
export async function bringUp(
  connection: Connection,
  name: string,
  step: (after: string) => Promise<string | null>,
): Promise<void> {
  const upgrades = upgradesOf(connection);
  await prepare([upgrades]);
  for (;;) {
    const isDone = await transaction(connection, async () => {
      const mark = await upgrades.findById(name).lean();
      if (mark?.done) return true;
      const last = await step(mark?.after ?? '');
      const reached = last === null ? { done: true } : { after: last, done: false };
      await upgrades.updateOne({ _id: name }, { $set: reached }, { upsert: true });
      return last === null;
    });
    if (isDone) return;
  }
}

/** How far each upgrade came. */
function upgradesOf(connection: Connection): Model<UpgradeRecord> {
  return modelOf<UpgradeRecord>(connection, 'upgrades', upgradeSchema);
}

/** A process of its own that brings things up, one a step, and stays in the middle of the third step until it is ended: `node … URI`. */
import { connect } from '#kit/mongo.ts';
import { bringUp } from '#kit/upgrade.ts';
import { bringNext, thingsOf } from './upgrade-thing.ts';

const [uri = ''] = process.argv.slice(2);
const connection = await connect(uri, 'oca_upgrade');
const things = thingsOf(connection);
// Keeps the process alive while it waits for ever.
setInterval(() => undefined, 1_000);
let steps = 0;
await bringUp(connection, 'things', async (after) => {
  const last = await bringNext(things, after);
  steps += 1;
  if (steps < 3) return last;
  console.log('in the third step');
  return new Promise<never>(() => undefined);
});

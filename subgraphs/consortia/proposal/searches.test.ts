import type { Connection } from 'mongoose';

import { withDeadline } from '#kit/deadline.ts';
import { createLog } from '#kit/log.ts';
import { connect, prepare } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { defaultWeights } from '../assembly/defaults.ts';
import { assembliesOf, type AssemblyRecord } from './assembly.model.ts';
import { newSearch } from './outcome.ts';
import { solverQueue } from './queue.ts';
import type { Searches } from './search.ts';
import { openSearches } from './searches.ts';

const log = createLog('consortia', 'silent');
let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_consortia');
  await prepare([assembliesOf(connection)]);
});
afterAll(async () => {
  await connection.close();
  await database.stop();
});

const assemblies = () => assembliesOf(connection);
const request = { userId: 'user', requestKey: null, requestDigest: 'digest' };

/** A search as it is stored when it begins. */
async function stored(searches: Searches, more: Partial<AssemblyRecord> = {}) {
  const project = { _id: 'project', requirements: [] };
  const record: AssemblyRecord = {
    ...newSearch(project, request, defaultWeights),
    runner: searches.runner,
    leaseUntil: searches.leaseFromNow(),
    ...more,
  };
  await assemblies().create([record]);
  return record;
}

const read = (id: string) => assemblies().findById(id).lean<AssemblyRecord>().orFail();

/** Work that lasts until it is told to end. */
const endless = ({ signal }: { signal: AbortSignal }) =>
  new Promise<{ status: 'CANCELLED' }>((resolve) => {
    signal.addEventListener('abort', () => resolve({ status: 'CANCELLED' }));
  });

describe('searches', () => {
  it('that a lost process left running are found as interrupted, and their places free', async () => {
    const before = await openSearches(assemblies(), log);
    const lost = await stored(before, {
      leaseUntil: new Date(Date.now() - 1),
      companySlot: 'lead 1',
      viewerSlot: 'user 1',
    });
    const living = await stored(before, { companySlot: 'lead 2' });
    const after = await openSearches(assemblies(), log);
    const found = await read(lost._id);
    expect(found).toMatchObject({ status: 'INTERRUPTED', progress: { phase: 'DONE', seq: 2 } });
    expect(found.endedAt).toBeInstanceOf(Date);
    expect([found.companySlot, found.viewerSlot, found.leaseUntil]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect((await read(living._id)).status).toBe('RUNNING');
    await Promise.all([before.stop(), after.stop()]);
  });

  it('are interrupted when their process stops', async () => {
    const searches = await openSearches(assemblies(), log);
    const queue = solverQueue(1);
    const [works, waits] = [await stored(searches), await stored(searches)];
    for (const record of [works, waits]) searches.begin(record, queue.join(), endless);
    await searches.stop();
    for (const { _id } of [works, waits]) expect((await read(_id)).status).toBe('INTERRUPTED');
    // Both have given up their places.
    await queue.join().turn;
  });

  it('end within about a second of being asked to by another process', async () => {
    const searches = await openSearches(assemblies(), log);
    const record = await stored(searches);
    searches.begin(record, solverQueue(1).join(), endless);
    await assemblies().updateOne({ _id: record._id }, { $set: { cancelAskedAt: new Date() } });
    while ((await read(record._id)).status === 'RUNNING') await searches.news(record._id, 100);
    expect((await read(record._id)).status).toBe('CANCELLED');
    await searches.stop();
  });

  it('go on when the request that began them is over', async () => {
    const searches = await openSearches(assemblies(), log);
    const record = await stored(searches);
    const client = new AbortController();
    const left = Promise.withResolvers<undefined>();
    const waiting = withDeadline({ signal: client.signal, at: Date.now() + 60_000 }, async () => {
      searches.begin(record, solverQueue(1).join(), async ({ onProgress }) => {
        await left.promise;
        // Reads of the pool and writes of the answer come after the client left.
        await read(record._id);
        onProgress({ phase: 'EXPLAIN' });
        return { status: 'UNDECIDED' };
      });
      await left.promise;
    });
    client.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    left.resolve(undefined);
    while ((await read(record._id)).status === 'RUNNING') await searches.news(record._id, 50);
    expect(await read(record._id)).toMatchObject({ status: 'UNDECIDED', problems: [] });
    await searches.stop();
  });

  it('say that they are done when they have ended, not when the solver is, and turn no clock back', async () => {
    const searches = await openSearches(assemblies(), log);
    const record = await stored(searches);
    const { promise: told, resolve: tell } = Promise.withResolvers<undefined>();
    searches.begin(record, solverQueue(1).join(), (watch) => {
      watch.onProgress({ phase: 'EXPLAIN', elapsedMillis: 5_000 });
      watch.onProgress({ phase: 'DONE', elapsedMillis: 4_000 });
      tell(undefined);
      return endless(watch);
    });
    await told;
    while ((await read(record._id)).progress.phase !== 'EXPLAIN')
      await searches.news(record._id, 50);
    const { status, progress } = await read(record._id);
    expect([status, progress.elapsedMillis]).toEqual(['RUNNING', 5_000]);
    await searches.stop();
    expect((await read(record._id)).progress.phase).toBe('DONE');
  });

  it('lose their answer once they count as interrupted', async () => {
    const searches = await openSearches(assemblies(), log);
    const record = await stored(searches);
    await assemblies().updateOne({ _id: record._id }, { $set: { status: 'INTERRUPTED' } });
    const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
    searches.begin(record, solverQueue(1).join(), async (watch) => {
      const outcome = await endless(watch);
      end(undefined);
      return outcome;
    });
    await ended;
    await searches.stop();
    expect((await read(record._id)).status).toBe('INTERRUPTED');
  });

  it('that break down say so, and give their place on', async () => {
    const searches = await openSearches(assemblies(), log);
    const queue = solverQueue(1);
    const record = await stored(searches);
    searches.begin(record, queue.join(), () => Promise.reject(new Error('broken')));
    await queue.join().turn;
    expect(await read(record._id)).toMatchObject({ status: 'FAILED', problems: [] });
    await searches.stop();
  });
});

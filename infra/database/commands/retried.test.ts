import { document } from '../bson/value.ts';
import { startSample } from '../sample.ts';
import { asRetried } from './retried.ts';

describe('a write that is sent again', () => {
  const answer = document({ n: 2, ok: 1 });

  it('is answered with the numbers of its statements', () => {
    const insert = document({ insert: 'c', documents: [document({}), document({})] });
    expect(asRetried(answer, insert, 'insert').get('retriedStmtIds')).toEqual([0, 1]);
    insert.set('stmtId', 7);
    expect(asRetried(answer, insert, 'insert').get('retriedStmtIds')).toEqual([7, 8]);
    insert.set('stmtIds', [4, 9]);
    expect(asRetried(answer, insert, 'insert').get('retriedStmtIds')).toEqual([4, 9]);
  });

  it('does not count what failed, nor in order what comes after it', () => {
    const failed = document({ n: 1, writeErrors: [document({ index: 1 })], ok: 1 });
    const update = document({ update: 'c', updates: [document({}), document({}), document({})] });
    expect(asRetried(failed, update, 'update').get('retriedStmtIds')).toEqual([0]);
    update.set('ordered', false);
    expect(asRetried(failed, update, 'update').get('retriedStmtIds')).toEqual([0, 2]);
  });

  it('tells so over the wire, and is done once', async () => {
    const sample = await startSample();
    const session = sample.client.startSession();
    try {
      const things = sample.client.db('known').collection('counters');
      await things.insertOne({ n: 0 });
      const command = {
        findAndModify: 'counters',
        query: {},
        update: { $inc: { n: 1 } },
        // Beyond those that the driver itself has used.
        txnNumber: 100n,
      };
      const send = () => sample.client.db('known').command(command, { session });
      const first = await send();
      const second = await send();
      expect(second).toMatchObject({ retriedStmtId: 0, value: first['value'] });
      expect(await things.findOne()).toMatchObject({ n: 1 });
    } finally {
      await session.endSession();
      await sample.stop();
    }
  });
});

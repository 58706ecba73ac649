import type { Connection } from 'mongoose';

import { newId } from '#kit/id.ts';
import { connect, prepare } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { loadSolver } from '../assembly/search/highs.ts';
import { makeAlliance, makeProject } from '../assembly/sample-alliance.ts';
import { settingsOf, solve } from '../assembly/solve.ts';
import { assembliesOf, type AssemblyRecord } from './assembly.model.ts';
import { isKnownUnder, missesOf, scenariosOf } from './weighing.ts';

const problem = makeProject(makeAlliance({ firms: 300, technologies: 30, seed: 3 }), {
  requirements: 6,
  seed: 3,
});
const options = { alternatives: 2, timeLimitMillis: 60_000, gap: 1e-3, explain: false };
const answer = solve(await loadSolver(), problem, settingsOf(options));
const { proposals, statistics, weights, status, funnels } = answer;

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

/** A search as the first version kept it. */
async function storedFirst(more: object = {}): Promise<string> {
  const _id = newId();
  await connection.collection<{ _id: string; [field: string]: unknown }>('assemblies').insertOne({
    _id,
    projectId: 'project',
    requestedBy: 'user',
    requestedAt: new Date('2026-01-02T03:04:05Z'),
    requestDigest: 'digest',
    status,
    requirements: [],
    proposals: proposals.map((proposal) => ({ ...proposal, id: newId() })),
    proposalIds: [],
    bestMemberIds: [],
    infeasibility: null,
    funnels,
    weights,
    statistics,
    ...more,
  });
  return _id;
}

const pointsOf = (shown: AssemblyRecord['proposals']) =>
  scenariosOf({ proposals: shown, weights }, 2_000).map(({ ranking }) =>
    ranking.map(({ points }) => points.toFixed(6)),
  );

describe('a search that the first version kept', () => {
  it('is read with everything that is kept today', async () => {
    const _id = await storedFirst();
    const model = assembliesOf(connection);
    const found = await model.findById(_id).lean<AssemblyRecord>().orFail();
    const [listed] = await model.find({ _id }).lean<AssemblyRecord[]>();
    const changed = await model
      .findOneAndUpdate({ _id }, { $set: { projectId: 'project' } }, { returnDocument: 'after' })
      .lean<AssemblyRecord>();
    for (const record of [found, listed, changed])
      expect(record).toMatchObject({
        problems: [],
        capped: [],
        solvedAgain: [],
        repair: null,
        cancelAskedAt: null,
        endedAt: new Date(Date.parse('2026-01-02T03:04:05Z') + statistics.seconds * 1_000),
        progress: { seq: 1, phase: 'DONE', points: proposals[0]?.points },
      });
  });

  it('shows how its ranking moves as one of today does', async () => {
    const _id = await storedFirst();
    const old = await assembliesOf(connection).findById(_id).lean<AssemblyRecord>().orFail();
    const { costReferenceWon } = statistics;
    const today = old.proposals.map((proposal) => ({
      ...proposal,
      misses: missesOf(problem, proposal, costReferenceWon),
    }));
    expect(pointsOf(old.proposals)).toEqual(pointsOf(today));
  });

  it('does not know what its teams miss of an aim that had no weight', async () => {
    const none = { ...weights, coverage: weights.coverage + weights.size, size: 0 };
    const _id = await storedFirst({ weights: none });
    const old = await assembliesOf(connection).findById(_id).lean<AssemblyRecord>().orFail();
    expect(old.proposals.map(({ misses }) => isKnownUnder(misses, none))).toEqual(
      proposals.map(() => true),
    );
    expect(old.proposals.map(({ misses }) => isKnownUnder(misses, weights))).toEqual(
      proposals.map(() => false),
    );
  });

  it('keeps a choice of fields as it is', async () => {
    const _id = await storedFirst();
    const chosen = await assembliesOf(connection).findById(_id).select({ status: 1 }).lean();
    expect(chosen).toEqual({ _id, status });
  });
});

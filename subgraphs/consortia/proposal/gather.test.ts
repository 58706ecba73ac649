import type { Connection } from 'mongoose';

import { connect } from '#kit/mongo.ts';
import { firmFact } from '../../../test/consortia/alliance.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { defaultWeights } from '../assembly/defaults.ts';
import type { Constraints } from '../assembly/problem.ts';
import { modelsOf } from '../context.ts';
import { gather } from './gather.ts';

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_consortia');
});
afterAll(async () => {
  await connection.close();
  await database.stop();
});

const rows = (collection: string, ...records: ({ _id: string } & Record<string, unknown>)[]) =>
  connection.collection<{ _id: string }>(collection).insertMany(records);

const firm = (_id: string, mergedIntoId: string | null = null) => ({
  _id,
  company: firmFact(_id, mergedIntoId === null ? {} : { mergedIntoId, status: 'MERGED' }),
  companyRevision: 1,
  capabilities: [{ technologyId: 'mesh', level: 7, declaredLevel: 7, isVerified: false }],
  mapRevision: 1,
  seals: 0,
});

/** A project with its team, as stored. */
async function past(id: string, status: string, memberIds: string[]): Promise<void> {
  await rows('projects', { _id: id, status, consortiumId: id, programmeId: 'p', callId: 'c' });
  await rows('consortia', { _id: id, projectId: id, status: 'SEALED', memberIds });
}

const carrying = (id: string, companyId: string) => ({
  _id: id,
  consortiumId: 'two',
  projectId: 'two',
  companyId,
  running: true,
  requirementIds: ['x'],
});

const proposed = (id: string, projectId: string, bestMemberIds: string[]) => ({
  _id: id,
  projectId,
  requestedAt: new Date(),
  bestMemberIds,
});

const sought = {
  _id: 'sought',
  callId: 'c',
  programmeId: 'p',
  consortiumId: null,
  requirements: [
    {
      id: 'r',
      technologyId: 'mesh',
      leastLevel: 5,
      providers: 1,
      wishedProviders: 1,
      weight: 100,
      mandatory: true,
      certificateScheme: null,
      estimatedPrice: null,
    },
  ],
};
const wished: Constraints = {
  leadKinds: ['SAAS'],
  leadId: 'old',
  minPartners: 1,
  maxPartners: 5,
  budgetWon: null,
  mustInclude: ['old'],
  mustExclude: ['older', 'other'],
  conflicts: [
    ['old', 'other'],
    ['older', 'heir'],
  ],
  exposureCap: 2,
};

it('a search sees what firms have done and carry under records that became part of them', async () => {
  await rows('firms', firm('heir'), firm('old', 'heir'), firm('older', 'old'), firm('other'));
  await rows('calls', { _id: 'c', rules: { maxRunningPerFirm: 2, maxAwardShare: null } });
  await past('one', 'COMPLETED', ['old', 'other']);
  await past('two', 'RUNNING', ['older', 'heir']);
  await rows('memberships', carrying('m1', 'older'), carrying('m2', 'heir'));
  await rows(
    'assemblies',
    proposed('a1', 'q1', ['old', 'heir']),
    proposed('a2', 'q1', ['heir']),
    proposed('a3', 'q2', ['older']),
  );
  const { pool, capped } = await gather(modelsOf(connection), sought, wished, defaultWeights);
  const candidates = [...pool.candidates];
  expect(candidates.map(({ id }) => id).toSorted()).toEqual(['heir', 'other']);
  expect(candidates.find(({ id }) => id === 'heir')).toMatchObject({
    capacity: 3,
    trackRecord: 2 / 3,
    proposedLately: 2,
  });
  expect([...pool.history]).toEqual([{ a: 'heir', b: 'other', strength: 0.5 }]);
  expect(pool.constraints).toMatchObject({
    leadId: 'heir',
    mustInclude: ['heir'],
    mustExclude: ['heir', 'other'],
    conflicts: [['heir', 'other']],
  });
  // It leads, so no cap leaves it out; another that was proposed as often would be.
  expect(capped).toEqual([]);
  const free = { ...wished, leadId: null, mustInclude: [] };
  const left = await gather(modelsOf(connection), sought, free, defaultWeights);
  expect(left.capped).toEqual([{ companyId: 'heir', rule: 'PROPOSED_LATELY', limit: 2, found: 2 }]);
});

const asked = (least: number): Constraints => ({
  leadKinds: ['SAAS'],
  leadId: 'heir',
  minPartners: 1,
  maxPartners: 5,
  budgetWon: null,
  membersByKind: [{ kind: 'DEMAND', least, most: null }],
});

it('a search sees every firm of the demand side, also those that can carry nothing', async () => {
  const hospitals = Array.from({ length: 2_500 }, (_, index) => {
    const _id = `hospital-${index}`;
    const company = firmFact(_id, { kinds: ['DEMAND'] });
    return { _id, company, companyRevision: 1, capabilities: [], mapRevision: 1, seals: 0 };
  });
  await rows('firms', ...hospitals);
  const models = modelsOf(connection);
  const counted = await Promise.all(
    [0, 1].map(async (least) => {
      const { pool } = await gather(models, sought, asked(least), defaultWeights);
      return [...pool.candidates].filter(({ kinds }) => kinds.includes('DEMAND')).length;
    }),
  );
  expect(counted).toEqual([0, 2_500]);
});

const answered = (companyId: string, status: string, more: object = {}) => ({
  _id: `${companyId}-${status}`,
  consortiumId: 'forming',
  projectId: 'sought',
  companyId,
  status,
  requirementIds: [],
  ...more,
});

it('a search leaves out who declined the project, unless asked again or demanded', async () => {
  await rows('firms', firm('shy'), firm('torn'), firm('gone', 'shy'), firm('kept'));
  await rows(
    'memberships',
    answered('gone', 'DECLINED'),
    answered('torn', 'DECLINED'),
    answered('torn', 'INVITED', { standing: true }),
    answered('kept', 'ACCEPTED', { standing: true }),
  );
  const models = modelsOf(connection);
  const forming = { ...sought, consortiumId: 'forming' };
  const plain = { ...asked(0), leadId: 'kept' };
  const { pool, capped } = await gather(models, forming, plain, defaultWeights);
  expect(capped).toEqual([{ companyId: 'shy', rule: 'DECLINED', limit: 0, found: 1 }]);
  expect(pool.constraints.mustExclude).toEqual(['shy']);
  const insisted = { ...plain, mustInclude: ['shy'] };
  expect((await gather(models, forming, insisted, defaultWeights)).capped).toEqual([]);
  expect((await gather(models, sought, plain, defaultWeights)).capped).toEqual([]);
});

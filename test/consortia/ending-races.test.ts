/** What is asked of a running project at the moment of its end: it is there before the end, or it is too late. */
import { brief, secretary } from './alliance.ts';
import {
  act,
  alliance,
  bring,
  day,
  finish,
  lead,
  owner,
  read,
  running,
  startCourse,
  type Answer,
} from './course.ts';

const rounds = 20;
const patience = 120_000;

/** A project whose milestones are all accepted; it is set running again after each end. */
let id = '';
beforeAll(async () => {
  await startCourse();
  id = await running(false);
  await bring(id, 0, owner, ['REPORT']);
  await bring(id, 1, owner);
}, patience);
afterAll(() => alliance.stop());

const stored = (collection: string) => alliance.connection.collection(collection);

/** Sets the project running again, and forgets what the last round brought. */
async function again(collection: string): Promise<void> {
  const begun = { status: 'RUNNING', endedAt: null, endReason: null, finished: null };
  await stored('projects').updateOne({ _id: id } as object, { $set: begun });
  await stored(collection).deleteMany({ projectId: id });
}

const isDone = ({ problems }: Answer) => problems.length === 0;
const terminate = async (of: string) =>
  act(secretary, 'terminateProject', 'project', {
    projectId: of,
    revision: (await read(lead, of)).revision,
    reason: '협약을 해지합니다.',
  });
const ends = { COMPLETED: () => finish(id, lead), TERMINATED: () => terminate(id) };

/** What is asked for, in which collection it is kept, and whether a project that is completed still takes it. */
const asked: [name: string, kept: string, afterwards: boolean, ask: () => Promise<Answer>][] = [
  [
    'a change of its plan',
    'planChanges',
    false,
    () =>
      act(lead, 'proposePlanChange', 'change', {
        projectId: id,
        reason: '항목을 바꿉니다.',
        items: [{ companyId: 'infra', item: 'cloud', amount: 1_000 }],
      }),
  ],
  [
    'a site visit',
    'visits',
    false,
    () =>
      act(secretary, 'planSiteVisit', 'visit', {
        projectId: id,
        place: { ko: '서울' },
        on: day(1),
        visitors: '김하나',
      }),
  ],
  [
    'a pilot user',
    'pilots',
    false,
    () =>
      act(lead, 'enrolPilot', 'pilot', {
        projectId: id,
        companyId: 'hospital',
        from: day(0),
        subject: { ko: '판독' },
      }),
  ],
  [
    'a progress report',
    'reports',
    false,
    () =>
      act(lead, 'submitProgressReport', 'report', {
        projectId: id,
        from: day(-9),
        to: day(-1),
        done: 50,
        summary: { ko: '구축을 마쳤습니다.' },
      }),
  ],
  [
    'a service',
    'outcomes',
    true,
    () =>
      act(lead, 'registerOutcome', 'outcome', {
        projectId: id,
        name: { ko: '판독 서비스' },
        model: 'SAAS',
      }),
  ],
];

describe.each(['COMPLETED', 'TERMINATED'] as const)('a project that ends as %s', (status) => {
  it.each(asked)(
    'takes %s before its end, or not at all',
    async (_, kept, afterwards, ask) => {
      for (let round = 0; round < rounds; round += 1) {
        await again(kept);
        // Neither is always first.
        const [ended, answer] =
          round % 2 === 0
            ? await Promise.all([ends[status](), ask()])
            : await Promise.all([ask(), ends[status]()]).then(([b, a]) => [a, b] as const);
        expect(ended.problems).toEqual([]);
        expect(brief(answer.problems)).toEqual(
          isDone(answer) ? [] : [['WRONG_STATE', 'projectId', 'STATE']],
        );
        expect((await read(lead, id)).status).toBe(status);
        expect(await stored(kept).countDocuments({ projectId: id })).toBe(isDone(answer) ? 1 : 0);
        const late = await ask();
        const isTaken = afterwards && status === 'COMPLETED';
        expect(brief(late.problems)).toEqual(
          isTaken ? [] : [['WRONG_STATE', 'projectId', 'STATE']],
        );
      }
    },
    patience,
  );
});

/** The second milestone of a project as it is stored, delivered or waited for. */
async function setMilestone(of: string, change: object): Promise<void> {
  const [, second] = (await read(lead, of)).milestones;
  await stored('milestones').updateOne({ _id: second?.id } as object, {
    $set: { awaited: true, ...change },
  });
}
const secondOf = async (of: string) => (await read(lead, of)).milestones[1];

describe('a milestone', () => {
  it(
    'is delivered before the project ends early, or not at all; nobody waits for it afterwards',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        await again('visits');
        await setMilestone(id, { status: 'PLANNED' });
        const second = await secondOf(id);
        const [ended, delivered] = await Promise.all([
          terminate(id),
          act(lead, 'deliverMilestone', 'milestone', {
            milestoneId: second?.id,
            revision: second?.revision,
          }),
        ]);
        expect(ended.problems).toEqual([]);
        expect((await secondOf(id))?.status).toBe(isDone(delivered) ? 'DELIVERED' : 'PLANNED');
        expect(await stored('milestones').countDocuments({ projectId: id, awaited: true })).toBe(0);
      }
    },
    patience,
  );

  it(
    'is returned before the project ends early, or not at all; nobody waits for it afterwards',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        await again('visits');
        await setMilestone(id, { status: 'DELIVERED' });
        const second = await secondOf(id);
        const [ended, returned] = await Promise.all([
          terminate(id),
          act(owner, 'decideMilestone', 'milestone', {
            milestoneId: second?.id,
            revision: second?.revision,
            accept: false,
            verdict: '부족합니다.',
          }),
        ]);
        expect(ended.problems).toEqual([]);
        expect((await secondOf(id))?.status).toBe(isDone(returned) ? 'RETURNED' : 'DELIVERED');
        expect(await stored('milestones').countDocuments({ projectId: id, awaited: true })).toBe(0);
      }
    },
    patience,
  );

  it(
    'keeps its decision when a change of the plan meets it, or is to be decided on as it is now',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        await again('planChanges');
        await setMilestone(id, { status: 'DELIVERED' });
        const second = await propose([], [{ name: { ko: '실증' }, dueOn: day(60 + round) }]);
        const [approved, decided] = await Promise.all([
          approve(),
          act(owner, 'decideMilestone', 'milestone', { ...second, accept: true }),
        ]);
        expect(approved.problems).toEqual([]);
        expect(brief(decided.problems)).toEqual(
          isDone(decided) ? [] : [['STALE', 'revision', null]],
        );
        expect((await secondOf(id))?.status).toBe(isDone(decided) ? 'ACCEPTED' : 'DELIVERED');
        expect(await stored('milestones').deleteMany({ 'name.ko': '실증' })).toMatchObject({
          deletedCount: 1,
        });
      }
    },
    patience,
  );

  it(
    'is delivered under the plan that holds, when a change of it is approved at the same moment',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        await again('planChanges');
        await setMilestone(id, { status: 'PLANNED', deliverables: [] });
        const second = await propose([{ code: 'PROOF', name: { ko: '증빙' } }], []);
        const answers = await Promise.all([
          approve(),
          act(lead, 'deliverMilestone', 'milestone', second),
        ]);
        // What was delivered is not given another list of files; what is on the list is delivered with it.
        expect(answers.filter(isDone)).toHaveLength(1);
        const [, delivered] = answers;
        expect((await secondOf(id))?.status).toBe(isDone(delivered) ? 'DELIVERED' : 'PLANNED');
        const refused = answers.flatMap(({ problems }) => problems);
        expect(refused).toMatchObject([
          isDone(delivered) ? { rule: 'MILESTONE_FIXED' } : { code: 'STALE' },
        ]);
      }
    },
    patience,
  );
});

/** The change of the plan that waits. */
let waiting: { changeId?: string | undefined; revision?: number | undefined } = {};

/** Proposes other files for the second milestone, and further milestones; gives the second one as it is now. */
async function propose(deliverables: object[], further: object[]) {
  const [first, second] = (await read(lead, id)).milestones;
  const report = { code: 'REPORT', name: { ko: '보고서' } };
  const { change, problems } = await act(lead, 'proposePlanChange', 'change', {
    projectId: id,
    reason: '일정을 바꿉니다.',
    milestones: [
      { id: first?.id, name: { ko: '설계' }, dueOn: day(3), deliverables: [report] },
      { id: second?.id, name: { ko: '구축' }, dueOn: day(30), deliverables },
      ...further,
    ],
  });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  waiting = { changeId: change?.id, revision: change?.revision };
  return { milestoneId: second?.id, revision: second?.revision };
}

const approve = () => act(owner, 'decidePlanChange', 'change', { ...waiting, approve: true });

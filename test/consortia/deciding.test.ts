/** Deciding a call: slots, money to the won, ties, caps, sanctions, and whoever decides at the same time. */
import { newId } from '#kit/id.ts';
import type { Viewer } from '#kit/viewer.ts';
import {
  brief,
  editorOf,
  openCall,
  secretary,
  startAlliance,
  startProgramme,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { user } from '../service.ts';

let alliance: Alliance;
const rubric = [
  { code: 'PLAN', name: { ko: '계획' }, points: 60 },
  { code: 'TEAM', name: { ko: '수행 역량' }, points: 40 },
];
const other = user('other-secretary', { roles: ['SECRETARIAT'] });
const firms = ['a', 'b', 'c', 'd'];

beforeAll(async () => {
  alliance = await startAlliance();
  for (const firm of firms) await alliance.tellFirm(firm);
});
afterAll(() => alliance.stop());

const into = (collection: string, record: { _id: string } & Record<string, unknown>) =>
  alliance.connection.collection<{ _id: string }>(collection).insertOne(record);

/** A project as submitted: its firms, its cost in won, and points by review and criterion. */
interface Entry {
  firms: string[];
  cost: number;
  points: [plan: number, team: number][];
}
const entry = (firm: string, points: number, cost = 10): Entry => ({
  firms: [firm],
  cost,
  points: [[points, 0]],
});

/** A closed call with submitted and reviewed projects; their ids in the order given, which is that of submission. */
async function closed(
  entries: Entry[],
  { programmeId = '', ...more }: { programmeId?: string; slots?: number; budget?: number } = {},
): Promise<{ id: string; projects: string[] }> {
  const programme = programmeId || (await startProgramme(alliance, { rubric }));
  const { call } = await openCall(alliance, programme, { slots: 9, budget: 1_000, ...more });
  const id = call?.id ?? '';
  const projects: string[] = [];
  for (const [index, { firms: memberIds, cost, points }] of entries.entries()) {
    const projectId = newId();
    projects.push(projectId);
    await into('projects', {
      _id: projectId,
      callId: id,
      programmeId: programme,
      status: 'SUBMITTED',
      title: { ko: '과제', en: null },
      leadCompanyId: memberIds[0],
      demandCompanyIds: [],
      consortiumId: projectId,
      requirements: [],
      bonuses: [],
      audience: ['public'],
      budget: cost,
      revision: 1,
    });
    await into('consortia', { _id: projectId, projectId, status: 'SEALED', memberIds });
    await into('submissions', {
      _id: newId(),
      projectId,
      callId: id,
      number: index + 1,
      takenBackAt: null,
    });
    for (const [plan, team] of points)
      await into('reviews', {
        _id: newId(),
        callId: id,
        projectId,
        reviewerId: newId(),
        userId: newId(),
        status: 'SUBMITTED',
        total: plan + team,
        scores: [
          { criterion: 'PLAN', points: plan },
          { criterion: 'TEAM', points: team },
        ],
        open: true,
        revision: 1,
      });
  }
  await alliance.connection
    .collection<{ _id: string }>('calls')
    .updateOne({ _id: id }, { $set: { closesAt: new Date(Date.now() - 1) } });
  return { id, projects };
}

interface Ranked {
  isAwarded: boolean;
  breaches: SeenProblem[];
  project: { id: string; status: string; leadCompany: { id: string } };
}
interface Decided {
  call: { ranking: Ranked[] } | null;
  problems: SeenProblem[];
}

const decide = (callId: string, viewer: Viewer = secretary) =>
  alliance.change<Decided>(
    viewer,
    'decideCall',
    { callId, revision: 1 },
    `call { ranking {
      isAwarded breaches { code path rule limit found } project { id status leadCompany { id } }
    } }`,
  );

/** Lead firms by rank; those that are awarded with a plus. */
const line = ({ call }: Decided) =>
  call?.ranking
    .map(({ isAwarded, project }) => `${project.leadCompany.id}${isAwarded ? '+' : ''}`)
    .join(' ');

const statusesOf = async (projects: string[]) => {
  const found = await alliance.connection
    .collection<{ _id: string; status: string }>('projects')
    .find({ _id: { $in: projects } })
    .toArray();
  return projects.map((id) => found.find(({ _id }) => _id === id)?.status);
};

describe('awards', () => {
  it('take the budget to the last won, and pass over what is one won too dear', async () => {
    const dear = [entry('a', 60, 6_000_000_000), entry('b', 50, 4_000_000_000), entry('c', 40, 1)];
    const exact = await closed(dear, { budget: 10_000_000_000 });
    expect(line(await decide(exact.id))).toBe('a+ b+ c');
    const below = await closed(dear, { budget: 9_999_999_999 });
    expect(line(await decide(below.id))).toBe('a+ b c+');
    expect(await statusesOf(below.projects)).toEqual(['AWARDED', 'REJECTED', 'AWARDED']);
  });

  it('break ties by criterion in the order of the rubric, by agreement, then by submission', async () => {
    const tied: Entry[] = [
      {
        firms: ['a'],
        cost: 10,
        points: [
          [20, 30],
          [30, 20],
        ],
      },
      {
        firms: ['b'],
        cost: 10,
        points: [
          [25, 25],
          [25, 25],
        ],
      },
      {
        firms: ['c'],
        cost: 10,
        points: [
          [30, 20],
          [30, 20],
        ],
      },
      {
        firms: ['d'],
        cost: 10,
        points: [
          [20, 20],
          [30, 30],
        ],
      },
    ];
    const call = await closed(tied, { slots: 3 });
    // c plans best; of the others a and b agree most, and a came first; of d the reviewers differ.
    expect(line(await decide(call.id))).toBe('c+ a+ b+ d');
  });

  it('count a firm in every team of it against the cap, and say for which firm one was passed over', async () => {
    const programmeId = await startProgramme(alliance, { rubric, maxRunningPerFirm: 1 });
    const call = await closed(
      [
        { ...entry('a', 60), firms: ['a', 'b'] },
        { ...entry('c', 50), firms: ['c', 'b'] },
        entry('d', 40),
      ],
      { programmeId },
    );
    const decided = await decide(call.id);
    expect(line(decided)).toBe('a+ c d+');
    expect(decided.call?.ranking[1]?.breaches).toMatchObject([
      { rule: 'FIRM_RUNNING_MOST', limit: '1', found: '1', path: ['members', 'b'] },
    ]);
  });
});

describe('deciding at the same time', () => {
  it('is done by one of two of the secretariat, once', async () => {
    const call = await closed([entry('a', 60), entry('b', 50)], { slots: 1 });
    const both = await Promise.all([decide(call.id), decide(call.id, other)]);
    expect(both.filter(({ problems }) => problems.length === 0)).toHaveLength(1);
    const [late] = both.filter(({ problems }) => problems.length > 0);
    expect([[['WRONG_STATE', 'callId', 'STATE']], [['STALE', 'revision', null]]]).toContainEqual(
      brief(late?.problems ?? []),
    );
    expect(await statusesOf(call.projects)).toEqual(['AWARDED', 'REJECTED']);
    const told = await alliance.connection
      .collection<{ _id: string; revision: number }>('facts')
      .find({ _id: { $in: call.projects.map((id) => `project:${id}`) } })
      .toArray();
    expect(told.map(({ revision }) => revision)).toEqual([1, 1]);
  });

  it('of two calls of a programme gives a firm no more than its cap in both together', async () => {
    const programmeId = await startProgramme(alliance, { rubric, maxRunningPerFirm: 1 });
    const calls = [
      await closed([entry('a', 60), entry('b', 50)], { programmeId, slots: 1 }),
      await closed([entry('a', 60), entry('c', 50)], { programmeId, slots: 1 }),
    ];
    const lines = await Promise.all(
      calls.map(async ({ id }, index) => line(await decide(id, index === 0 ? secretary : other))),
    );
    expect([
      ['a+ b', 'a c+'],
      ['a b+', 'a+ c'],
    ]).toContainEqual(lines);
  });
});

describe('a sanction before the award', () => {
  const restricted = { restrictedUntil: new Date(Date.now() + 86_400_000) };
  afterEach(() => alliance.tellFirm('b', { restrictedUntil: null }));

  it('passes the project over by rule and firm, and the next one has its place', async () => {
    const entries = [{ ...entry('a', 60), firms: ['a', 'b'] }, entry('c', 50)];
    const call = await closed(entries, { slots: 1 });
    const shown = await alliance.data<Decided>(
      secretary,
      'query ($id: ID!) { call(id: $id) { ranking { isAwarded project { leadCompany { id } } } } }',
      { id: call.id },
    );
    expect(line(shown)).toBe('a+ c');
    await alliance.tellFirm('b', restricted);
    const decided = await decide(call.id);
    expect(line(decided)).toBe('a c+');
    expect(decided.call?.ranking[0]?.breaches).toMatchObject([
      { rule: 'MEMBER_FIT', limit: 'APPROVED', found: 'RESTRICTED', path: ['members', 'b'] },
    ]);
  });

  it('that is told while the call is decided comes first or second, never between', async () => {
    for (let round = 0; round < 5; round += 1) {
      await alliance.tellFirm('b', { restrictedUntil: null });
      const call = await closed([entry('b', 60), entry('c', 50)], { slots: 1 });
      const [decided] = await Promise.all([decide(call.id), alliance.tellSoon('b', restricted)]);
      await alliance.caughtUp();
      expect(decided.problems).toEqual([]);
      expect(['b+ c', 'b c+']).toContain(line(decided));
      const isFirst = line(decided) === 'b c+';
      expect(await statusesOf(call.projects)).toEqual(
        isFirst ? ['REJECTED', 'AWARDED'] : ['AWARDED', 'REJECTED'],
      );
    }
  });
});

describe('an appeal that ranks a call again', () => {
  it('keeps to caps, budget and sanctions as the decision did', async () => {
    const programmeId = await startProgramme(alliance, {
      rubric,
      maxRunningPerFirm: 1,
      appealDays: 10,
    });
    const call = await closed(
      [
        { ...entry('a', 60), firms: ['a', 'd'] },
        {
          firms: ['b', 'd'],
          cost: 10,
          points: [
            [10, 0],
            [60, 30],
          ],
        },
        entry('c', 40),
      ],
      { programmeId, slots: 2 },
    );
    expect(line(await decide(call.id))).toBe('a+ b c+');
    const { appeal } = await alliance.change<{ appeal: { id: string } }>(
      editorOf('b'),
      'fileProjectAppeal',
      { projectId: call.projects[1], grounds: '심사 점수가 서로 크게 다릅니다.' },
      'appeal { id }',
    );
    const low = await alliance.connection
      .collection<{ _id: string }>('reviews')
      .findOne({ projectId: call.projects[1], total: 10 } as object);
    await alliance.tellFirm('c', { restrictedUntil: new Date(Date.now() + 86_400_000) });
    const { problems } = await alliance.change<object>(other, 'decideProjectAppeal', {
      appealId: appeal.id,
      revision: 1,
      outcome: 'RERANK',
      reason: '점수 하나가 크게 벗어납니다.',
      setAside: [low?._id],
    });
    expect(problems).toEqual([]);
    // b goes first now, so that d's other project breaks the cap, and c may not take part any more.
    expect(await statusesOf(call.projects)).toEqual(['REJECTED', 'AWARDED', 'REJECTED']);
    const again = await alliance.data<Decided>(
      secretary,
      `query ($id: ID!) { call(id: $id) { ranking {
        isAwarded breaches { rule path code limit found } project { leadCompany { id } }
      } } }`,
      { id: call.id },
    );
    expect(line(again)).toBe('b+ a c');
    expect(again.call?.ranking.map(({ breaches }) => breaches.map(({ rule }) => rule))).toEqual([
      [],
      ['FIRM_RUNNING_MOST'],
      ['MEMBER_FIT'],
    ]);
  });
});

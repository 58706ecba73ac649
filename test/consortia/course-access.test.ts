/** Nobody does or sees anything of a running project that is not theirs to do or see. */
import type { Viewer } from '#kit/viewer.ts';
import { editorOf, problemFields, secretary, type SeenProblem } from './alliance.ts';
import { act, alliance, day, lead, read, running, startCourse } from './course.ts';
import { someone, user } from '../service.ts';

/** Does something, and gives the id of what came of it. */
async function made(
  viewer: Viewer,
  mutation: string,
  field: 'change' | 'report' | 'pilot' | 'outcome' | 'recovery' | 'visit' | 'milestone',
  input: object,
): Promise<string> {
  const answer = await act(viewer, mutation, field, input);
  return answer[field]?.id ?? '';
}

let id = '';
/** Inputs by mutation, each of which would do something for who may. */
let wishes: [mutation: string, input: object][] = [];
beforeAll(async () => {
  await startCourse();
  id = await running(true);
  const [first, second] = (await read(lead, id)).milestones.map((each) => ({
    milestoneId: each.id,
    revision: each.revision,
  }));
  await made(lead, 'deliverMilestone', 'milestone', second ?? {});
  const delivered = { ...second, revision: (second?.revision ?? 0) + 1 };
  const text = { ko: '기록' };
  const money = { projectId: id, companyId: 'infra', amount: 10 };
  await act(secretary, 'recordMoney', 'entry', { ...money, kind: 'PAY' });
  const change = await made(lead, 'proposePlanChange', 'change', {
    projectId: id,
    reason: '항목을 바꿉니다.',
    items: [{ companyId: 'infra', item: 'cloud', amount: 1_000 }],
  });
  const report = await made(lead, 'submitProgressReport', 'report', {
    projectId: id,
    from: day(0),
    to: day(0),
    done: 1,
    summary: text,
  });
  const pilot = await made(lead, 'enrolPilot', 'pilot', {
    projectId: id,
    companyId: 'hospital',
    from: day(0),
    subject: text,
  });
  const outcome = await made(lead, 'registerOutcome', 'outcome', {
    projectId: id,
    name: text,
    model: 'SAAS',
  });
  const recovery = await made(secretary, 'demandRecovery', 'recovery', {
    ...money,
    amount: 1,
    reason: '돌려주세요.',
    dueOn: day(9),
  });
  const visit = await made(secretary, 'planSiteVisit', 'visit', {
    projectId: id,
    place: text,
    on: day(0),
    visitors: '김주무관',
  });
  const { revision } = await read(lead, id);
  const project = { projectId: id, revision };
  const milestone = { ...first };
  wishes = [
    ['recordMoney', { ...money, kind: 'PAY' }],
    ['recordMoney', { ...money, kind: 'MATCH' }],
    ['recordMoney', { ...money, kind: 'SPEND', item: 'people' }],
    ['recordMoney', { ...money, kind: 'RETURN' }],
    ['recordMoney', { projectId: id, kind: 'REVERSE', reverses: 1 }],
    ['planBudget', { ...project, items: [] }],
    ['setMilestones', { ...project, milestones: [] }],
    ['approveGate', project],
    ['completeProject', project],
    ['terminateProject', { ...project, reason: '그만둡니다.' }],
    ['settleProject', project],
    [
      'uploadDeliverable',
      { ...milestone, code: 'REPORT', fileName: 'a.pdf', content: 'JVBERi0xLjQK' },
    ],
    ['deliverMilestone', milestone],
    ['decideMilestone', { ...delivered, accept: true }],
    [
      'proposePlanChange',
      { projectId: id, reason: '다른 이유입니다.', milestones: [{ name: text, dueOn: day(3) }] },
    ],
    ['decidePlanChange', { changeId: change, revision: 1, approve: true }],
    ['withdrawPlanChange', { changeId: change, revision: 1 }],
    ['submitProgressReport', { projectId: id, from: day(0), to: day(0), done: 2, summary: text }],
    ['decideProgressReport', { reportId: report, revision: 1, accept: true }],
    ['enrolPilot', { projectId: id, companyId: 'other', from: day(0), subject: text }],
    ['givePilotFeedback', { pilotId: pilot, revision: 1, rating: 1, words: text }],
    ['registerOutcome', { projectId: id, name: text, model: 'SAAS' }],
    ['handOverOutcome', { outcomeId: outcome, revision: 1 }],
    ['demandRecovery', { ...money, reason: '돌려주세요.', dueOn: day(9) }],
    ['closeRecovery', { recoveryId: recovery, revision: 1, isPaid: true }],
    ['planSiteVisit', { projectId: id, place: text, on: day(0), visitors: '김주무관' }],
    ['recordSiteVisit', { visitId: visit, revision: 1, findings: text, isSatisfactory: false }],
    ['cancelSiteVisit', { visitId: visit, revision: 1 }],
  ];
});
afterAll(() => alliance.stop());

/** Everything that a running project is made of, as stored. */
async function stored(): Promise<string> {
  const names = [
    'projects',
    'ledger',
    'milestones',
    'planChanges',
    'reports',
    'pilots',
    'outcomes',
    'recoveries',
    'visits',
  ];
  const found = [];
  for (const name of names) {
    const records = alliance.connection.collection(name);
    found.push([name, await records.find({}).sort({ _id: 1 }).toArray()]);
  }
  return JSON.stringify(found);
}

/** What a mutation answers somebody who may not: the code of its error, or of its problems. */
async function answerTo(viewer: Viewer, mutation: string, input: object): Promise<string[]> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await alliance.ask(
    viewer,
    `mutation ($input: ${type}!) { payload: ${mutation}(input: $input) { ${problemFields} } }`,
    { input },
  );
  if (errors) return errors.map(({ extensions }) => String(extensions['code']));
  const payload = data?.['payload'] as { problems: SeenProblem[] } | undefined;
  return payload?.problems.map(({ code }) => code) ?? [];
}

const strangers: [who: string, viewer: Viewer][] = [
  ['a visitor', someone],
  ['a user', user('a-user')],
  ['an editor of another firm', editorOf('other')],
  ['an editor of a firm whose invitation was taken back', editorOf('helper')],
  ['somebody of the lead who only reads', user('reader', { companies: { infra: 'VIEWER' } })],
  ['a reviewer', user('judge', { roles: ['REVIEWER'] })],
  ['an operator', user('operator', { roles: ['OPERATOR'] })],
];

describe('a running project', () => {
  it.each(strangers)('is changed by nothing that %s asks for', async (_, viewer) => {
    const before = await stored();
    for (const [mutation, input] of wishes) {
      const codes = await answerTo(viewer, mutation, input);
      expect([mutation, codes.length]).toEqual([mutation, 1]);
      expect(['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND']).toContain(codes[0]);
    }
    expect(await stored()).toBe(before);
  });

  it.each(strangers.filter(([who]) => !who.includes('of the lead')))(
    'shows %s no money, no files, no reports and no talks',
    async (_, viewer) => {
      const { project } = await alliance.data<{ project: object }>(
        viewer,
        `query ($id: ID!) { project(id: $id) {
          milestones { id } planChanges { id } progressReports { id } siteVisits { id } pilots { id }
          outcomes { id } recoveries { id } accounts { paid } documents { id } submission { id }
          checklist { document { id } } warnings { kind } reportDueOn ledger { totalCount }
          consortium { agreements { id } }
        } }`,
        { id },
      );
      expect(project).toEqual({
        milestones: [],
        planChanges: [],
        progressReports: [],
        siteVisits: [],
        pilots: [],
        outcomes: [],
        recoveries: [],
        accounts: [],
        documents: [],
        submission: null,
        checklist: [],
        warnings: [],
        reportDueOn: null,
        ledger: { totalCount: 0 },
        consortium: { agreements: [] },
      });
    },
  );

  it('takes no milestone of another project, and gives none to a lead of another one', async () => {
    await alliance.tellFirm('other', { kinds: ['IAAS'], capacity: 9 });
    const [first] = (await read(lead, id)).milestones;
    const other = await running(false);
    const { revision } = await read(lead, other);
    const milestones = [{ id: first?.id, name: { ko: '훔친 것' }, dueOn: day(3) }];
    const taken = await act(lead, 'setMilestones', 'project', {
      projectId: other,
      revision,
      milestones,
    });
    expect(taken.problems.map(({ code, path }) => [code, path.join('/')])).toEqual([
      ['NOT_FOUND', 'milestones/0/id'],
    ]);
    const { data } = await alliance.ask(
      editorOf('other'),
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Milestone { id } } }`,
      { of: [{ __typename: 'Milestone', id: first?.id }] },
    );
    expect(data?.['_entities']).toEqual([null]);
  });
});

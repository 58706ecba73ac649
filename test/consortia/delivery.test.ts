import {
  brief,
  editorOf,
  sealAlone,
  secretary,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { awardNewKind } from './new-kind.ts';
import { someone } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'], capacity: 3 }, { mesh: 9 });
  await alliance.tellFirm('helper');
});
afterAll(() => alliance.stop());

const lead = editorOf('infra');

interface Step {
  project: { status: string; revision: number; stage: string | null } | null;
  problems: SeenProblem[];
}
const step = (viewer: typeof lead, mutation: string, input: object) =>
  alliance.change<Step>(viewer, mutation, input, 'project { status revision stage }');

const money = (viewer: typeof lead, projectId: string, input: object) =>
  alliance.change<{ entry: { number: number } | null; problems: SeenProblem[] }>(
    viewer,
    'recordMoney',
    { projectId, ...input },
    'entry { number }',
  );

const plan = (projectId: string, revision: number, amounts: Record<string, number>) =>
  step(lead, 'planBudget', {
    projectId,
    revision,
    items: Object.entries(amounts).map(([item, amount]) => ({ companyId: 'infra', item, amount })),
  });

describe('a programme of a kind that no code knows', () => {
  it('runs from the call to the last won by rules alone', async () => {
    const { id, biased, ranking } = await awardNewKind(alliance);
    expect(biased).toEqual([['WRONG_STATE', 'callId', 'CONFLICT']]);
    expect(ranking).toEqual([{ rank: 1, total: 95, isAwarded: true }]);
    const read = async () =>
      (
        await alliance.data<{ project: { revision: number; status: string } }>(
          lead,
          'query ($id: ID!) { project(id: $id) { revision status } }',
          { id },
        )
      ).project;
    expect((await read()).status).toBe('AWARDED');
    const planned = await plan(id, (await read()).revision, { people: 700, cloud: 300 });
    expect(planned.problems).toEqual([]);
    const started = await step(secretary, 'startProject', {
      projectId: id,
      revision: planned.project?.revision,
    });
    expect(started.project).toMatchObject({ status: 'RUNNING', stage: 'LAUNCH' });

    const pay = { kind: 'PAY', companyId: 'infra', amount: 600 };
    const soon = await money(secretary, id, { ...pay, amount: 601 });
    expect(soon.problems.map(({ rule, limit, found }) => [rule, limit, found])).toEqual([
      ['STAGE_PAID', '600', '601'],
    ]);
    expect((await money(secretary, id, pay)).entry?.number).toBe(1);
    const match = { kind: 'MATCH', companyId: 'infra', amount: 100 };
    await money(lead, id, match);
    await money(lead, id, { kind: 'SPEND', companyId: 'infra', item: 'people', amount: 650 });
    const over = await money(lead, id, {
      kind: 'SPEND',
      companyId: 'infra',
      item: 'people',
      amount: 400,
    });
    expect(over.problems.map(({ rule, limit, found }) => [rule, limit, found])).toEqual([
      ['IN_HAND', '50', '400'],
      ['PLANNED', '700', '1050'],
    ]);

    const early = await step(secretary, 'completeProject', {
      projectId: id,
      revision: started.project?.revision,
    });
    expect(early.problems.map(({ rule, limit, found }) => [rule, limit, found])).toEqual([
      ['LAST_STAGE', 'LANDING', 'LAUNCH'],
      ['SETTLED', '0', '50'],
      ['MATCHED', '150', '100'],
    ]);
    await money(lead, id, match);
    const gate = await step(secretary, 'approveGate', {
      projectId: id,
      revision: started.project?.revision,
      note: '발사에 성공했습니다.',
    });
    expect(gate.project?.stage).toBe('LANDING');
    const wrong = await money(secretary, id, { ...pay, amount: 200, item: 'travel' });
    expect(wrong.problems.map(({ rule, limit, found }) => [rule, limit, found])).toEqual([
      ['PLANNED', '0', '200'],
    ]);
    await money(secretary, id, { ...pay, amount: 200, item: 'cloud' });
    const elsewhere = await money(lead, id, { ...match, kind: 'RETURN', amount: 151 });
    expect(elsewhere.problems.map(({ rule, limit, found }) => [rule, limit, found])).toEqual([
      ['EARMARKED', '150', '151'],
    ]);
    await money(lead, id, { kind: 'SPEND', companyId: 'infra', item: 'cloud', amount: 300 });
    await money(lead, id, { kind: 'RETURN', companyId: 'infra', amount: 50 });
    const done = await step(secretary, 'completeProject', {
      projectId: id,
      revision: gate.project?.revision,
    });
    expect(done.project?.status).toBe('COMPLETED');
    const { project } = await alliance.data<{ project: { accounts: object[]; gates: object[] } }>(
      lead,
      `query ($id: ID!) { project(id: $id) {
        gates { from to note }
        accounts {
          planned paid matched spent returned left
          items { item planned paid matched spent returned }
        }
        ledger { totalCount edges { node { number kind } } }
      } }`,
      { id },
    );
    expect(project).toMatchObject({
      gates: [{ from: 'LAUNCH', to: 'LANDING', note: '발사에 성공했습니다.' }],
      accounts: [
        {
          planned: 1_000,
          paid: 800,
          matched: 200,
          spent: 950,
          returned: 50,
          left: 0,
          items: [
            { item: 'cloud', planned: 300, paid: 200, matched: 0, spent: 300, returned: 0 },
            { item: 'people', planned: 700, paid: 0, matched: 0, spent: 650, returned: 0 },
          ],
        },
      ],
      ledger: { totalCount: 7 },
    });
    const seen = await alliance.data<{ project: object }>(
      someone,
      'query ($id: ID!) { project(id: $id) { status accounts { paid } ledger { totalCount } } }',
      { id },
    );
    expect(seen.project).toEqual({
      status: 'COMPLETED',
      accounts: [],
      ledger: { totalCount: 0 },
    });
  });
});

async function running() {
  const { id, revision } = await sealAlone(alliance, 'infra', null, { budget: 100 });
  const planned = await plan(id, revision, { people: 100 });
  const started = await step(lead, 'startProject', {
    projectId: id,
    revision: planned.project?.revision,
  });
  return { id, revision: started.project?.revision ?? 0 };
}

describe('a free project', () => {
  it('is begun, paid and finished by its lead', async () => {
    const { id, revision } = await running();
    expect(
      (await money(lead, id, { kind: 'PAY', companyId: 'infra', amount: 100 })).problems,
    ).toEqual([]);
    await money(lead, id, { kind: 'SPEND', companyId: 'infra', item: 'people', amount: 100 });
    const done = await step(lead, 'completeProject', { projectId: id, revision });
    expect(done.project?.status).toBe('COMPLETED');
    const late = await money(lead, id, { kind: 'RETURN', companyId: 'infra', amount: 1 });
    expect(brief(late.problems)).toEqual([['WRONG_STATE', 'projectId', 'STATE']]);
  });

  it('never pays more than the budget, however many payments race, and numbers them without a gap', async () => {
    const { id } = await running();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        money(lead, id, { kind: 'PAY', companyId: 'infra', amount: 40 }),
      ),
    );
    expect(new Set(answers.flatMap(({ entry }) => entry?.number ?? []))).toEqual(new Set([1, 2]));
    expect(answers.flatMap(({ problems }) => problems.map(({ rule }) => rule))).toEqual([
      'PAID',
      'PAID',
    ]);
  });

  it('takes an entry back by another, by the secretariat alone', async () => {
    const { id } = await running();
    await money(lead, id, { kind: 'PAY', companyId: 'infra', amount: 40 });
    const { errors } = await alliance.ask(
      lead,
      'mutation ($input: RecordMoneyInput!) { recordMoney(input: $input) { problems { code } } }',
      { input: { projectId: id, kind: 'REVERSE', reverses: 1 } },
    );
    expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    const reverse = { kind: 'REVERSE', reverses: 1, memo: '두 번 지급됨' };
    expect((await money(secretary, id, reverse)).entry?.number).toBe(2);
    expect(brief((await money(secretary, id, reverse)).problems)).toEqual([
      ['INVALID', 'reverses', 'REVERSIBLE'],
    ]);
  });

  it('refuses a plan that does not sum, names strangers or repeats itself, all at once', async () => {
    const { id, revision } = await sealAlone(alliance, 'infra', null, { budget: 100 });
    const { problems } = await step(lead, 'planBudget', {
      projectId: id,
      revision,
      items: [
        { companyId: 'infra', item: 'people', amount: 50 },
        { companyId: 'infra', item: 'people', amount: 10 },
        { companyId: 'helper', item: '-', amount: 1 },
      ],
    });
    expect(brief(problems)).toEqual([
      ['INVALID', 'items/1/item', 'PLAN_ONCE'],
      ['NOT_FOUND', 'items/2/companyId', null],
      ['INVALID', 'items/2/item', 'TEXT_LENGTH'],
      ['INVALID', 'items', 'PLAN_SUM'],
    ]);
  });

  it('may be ended early by the secretariat, and its money is still returned', async () => {
    const { id, revision } = await running();
    await money(lead, id, { kind: 'PAY', companyId: 'infra', amount: 40 });
    const ended = await step(secretary, 'terminateProject', {
      projectId: id,
      revision,
      reason: 'The firm stopped working.',
    });
    expect(ended.project?.status).toBe('TERMINATED');
    const more = await money(lead, id, { kind: 'PAY', companyId: 'infra', amount: 1 });
    expect(brief(more.problems)).toEqual([['WRONG_STATE', 'projectId', 'STATE']]);
    expect(
      (await money(lead, id, { kind: 'RETURN', companyId: 'infra', amount: 40 })).problems,
    ).toEqual([]);
  });
});

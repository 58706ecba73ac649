import {
  brief,
  fromNow,
  hour,
  openCall,
  secretary,
  startAlliance,
  startProgramme,
  type Alliance,
} from './alliance.ts';
import { someone, user } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'] }, { mesh: 7 });
  await alliance.tellFirm('barred', { restrictedUntil: new Date('2999-01-01') });
});
afterAll(() => alliance.stop());

const rules = { validFrom: '2020-01-01' };

describe('programmes', () => {
  it('keep any kind as data, and show the rules in force on a day', async () => {
    const { programme: made } = await alliance.change<{ programme: Record<string, unknown> }>(
      secretary,
      'createProgramme',
      {
        kind: 'MOON_LANDING',
        name: { ko: '달 착륙' },
        rules: [
          { validFrom: '2026-01-01', minMembers: 3 },
          { validFrom: '2024-01-01', validTo: '2025-12-31', leadKinds: ['IAAS'] },
        ],
      },
      `programme {
        kind editions { validFrom }
        old: rules(on: "2025-06-01") { leadKinds minMembers maxMembers }
        new: rules(on: "2026-01-01") { leadKinds minMembers }
        none: rules(on: "2023-12-31") { minMembers }
      }`,
    );
    expect(made).toEqual({
      kind: 'MOON_LANDING',
      editions: [{ validFrom: '2024-01-01' }, { validFrom: '2026-01-01' }],
      old: { leadKinds: ['IAAS'], minMembers: 1, maxMembers: null },
      new: { leadKinds: [], minMembers: 3 },
      none: null,
    });
  });

  it('are refused with every fault of their rules at once', async () => {
    const { programme: made, problems } = await alliance.change<{ programme: null }>(
      secretary,
      'createProgramme',
      {
        kind: 'flagship',
        name: {},
        rules: [
          {
            validFrom: '2026-01-01',
            minMembers: 9,
            maxMembers: 3,
            stages: [{ code: 'x', name: { en: 'Plan' } }],
          },
          {
            validFrom: '2026-05-01',
            membersByKind: [
              { kind: 'SAAS', least: 2, most: 1 },
              { kind: 'SAAS', least: 0 },
            ],
          },
        ],
      },
      'programme { id }',
    );
    expect(made).toBeNull();
    expect(problems.map(({ path }) => path.join('/')).toSorted()).toEqual([
      'kind',
      'name',
      'rules/0/minMembers',
      'rules/0/stages/0/code',
      'rules/1/membersByKind/0/least',
      'rules/1/membersByKind/1/kind',
      'rules/1/validFrom',
    ]);
    const told = problems.map(({ path, rule, limit, found }) => [path.at(-1), rule, limit, found]);
    expect(told).toEqual(
      expect.arrayContaining([
        ['kind', 'CODE_FORM', '^[A-Z][A-Z0-9_]{1,39}$', 'flagship'],
        ['name', 'LANGUAGES_LEAST', '1', '0'],
        ['minMembers', 'MEMBERS_ORDER', '3', '9'],
        ['code', 'CODE_FORM', '^[A-Z][A-Z0-9_]{1,39}$', 'x'],
        ['least', 'KIND_MEMBERS_ORDER', '0-1', '2'],
        ['kind', 'NAMED_ONCE', '1', 'SAAS'],
        ['validFrom', 'EDITIONS_APART', 'open', '2026-05-01'],
      ]),
    );
  });
});

describe('calls', () => {
  it('stand where the clock says, and show their days in Asia/Seoul', async () => {
    const id = await startProgramme(alliance);
    const late = await openCall(alliance, id, { closesAt: '2099-12-31T16:00:00Z' });
    expect(late.call).toMatchObject({ status: 'OPEN', closesOn: '2100-01-01' });
    const past = await openCall(alliance, id, {
      opensAt: fromNow(-2 * hour),
      closesAt: fromNow(-hour),
    });
    expect(past.call?.status).toBe('CLOSED');
    const next = await openCall(alliance, id, {
      opensAt: fromNow(hour),
      closesAt: fromNow(2 * hour),
    });
    expect(next.call?.status).toBe('SCHEDULED');
    const seenBy = async (viewer: typeof secretary, status: string | null) =>
      (
        await alliance.data<{ calls: { totalCount: number } }>(
          viewer,
          'query ($filter: CallFilter!) { calls(filter: $filter) { totalCount } }',
          { filter: { programmeId: id, status } },
        )
      ).calls.totalCount;
    expect(await seenBy(someone, null)).toBe(2);
    expect(await seenBy(user('anyone'), null)).toBe(3);
    expect(await seenBy(user('anyone'), 'SCHEDULED')).toBe(1);
    expect(await seenBy(someone, 'OPEN')).toBe(1);
    expect(await seenBy(someone, 'CLOSED')).toBe(1);
  });

  it('keep to the years and sectors of the rules, and to the sectors of one year together', async () => {
    const id = await startProgramme(alliance, {
      years: [2025, 2026],
      sectors: ['healthcare', 'finance', 'education'],
      maxSectorsPerYear: 2,
    });
    const wrong = await openCall(alliance, id, { year: 2027, sectors: ['healthcare', 'defence'] });
    expect(brief(wrong.problems)).toEqual([
      ['INVALID', 'year', 'YEAR'],
      ['INVALID', 'sectors/1', 'SECTOR'],
    ]);
    expect((await openCall(alliance, id, { sectors: ['healthcare', 'finance'] })).problems).toEqual(
      [],
    );
    const third = await openCall(alliance, id, { sectors: ['education'] });
    expect(third.problems).toMatchObject([
      { code: 'LIMIT_REACHED', rule: 'SECTORS_A_YEAR', limit: '2', found: '3' },
    ]);
    expect((await openCall(alliance, id, { year: 2025, sectors: ['education'] })).problems).toEqual(
      [],
    );
  });

  it('never open two times what one year allows, however many openings race', async () => {
    const id = await startProgramme(alliance, { maxSectorsPerYear: 1 });
    const answers = await Promise.all(
      ['healthcare', 'finance', 'education'].map((sector) =>
        openCall(alliance, id, { sectors: [sector] }),
      ),
    );
    expect(answers.filter(({ problems }) => problems.length === 0)).toHaveLength(1);
  });
});

const revise = (id: string | undefined, more: object) =>
  alliance.change<{ call: { revision: number; slots: number } | null }>(
    secretary,
    'reviseCall',
    { id, revision: 1, ...more },
    'call { revision slots }',
  );

describe('a call that is there', () => {
  it('changes in everything before it opens', async () => {
    const id = await startProgramme(alliance);
    const { call: made } = await openCall(alliance, id, {
      opensAt: fromNow(hour),
      closesAt: fromNow(2 * hour),
    });
    const { call: after, problems } = await revise(made?.id, {
      slots: 2,
      budget: 5,
      sectors: ['finance'],
      closesAt: fromNow(90 * 60_000),
      rules: { ...rules, minMembers: 4 },
    });
    expect([problems, after]).toEqual([[], { revision: 2, slots: 2 }]);
    expect((await revise(made?.id, { slots: 3 })).problems).toMatchObject([{ code: 'STALE' }]);
  });

  it('changes only to the good of those who apply once it is open', async () => {
    const { call: made } = await openCall(alliance, await startProgramme(alliance));
    const { problems } = await revise(made?.id, {
      slots: 4,
      budget: 1,
      sectors: ['finance'],
      opensAt: fromNow(0),
      closesAt: fromNow(60_000),
      rules,
    });
    expect(brief(problems)).toEqual([
      ['WRONG_STATE', 'sectors', 'FIXED_ONCE_OPEN'],
      ['WRONG_STATE', 'opensAt', 'FIXED_ONCE_OPEN'],
      ['WRONG_STATE', 'rules', 'FIXED_ONCE_OPEN'],
      ['INVALID', 'budget', 'ONLY_GROWS'],
      ['INVALID', 'slots', 'ONLY_GROWS'],
      ['INVALID', 'closesAt', 'CLOSES_LATER'],
    ]);
    expect((await revise(made?.id, { slots: 9, closesAt: fromNow(9 * hour) })).problems).toEqual(
      [],
    );
  });

  it('does not open again once it is closed', async () => {
    const { call: made } = await openCall(alliance, await startProgramme(alliance), {
      closesAt: fromNow(-60_000),
    });
    expect(brief((await revise(made?.id, { closesAt: fromNow(hour) })).problems)).toEqual([
      ['EXPIRED', 'closesAt', 'CLOSES'],
    ]);
  });

  it('keeps its rules when those of its programme change', async () => {
    const id = await startProgramme(alliance, { minMembers: 2 });
    const { call: made } = await openCall(alliance, id);
    const { problems } = await alliance.change<object>(
      secretary,
      'reviseProgramme',
      { id, revision: 1, rules: [{ ...rules, minMembers: 7 }] },
      'programme { id }',
    );
    expect(problems).toEqual([]);
    const seen = await alliance.data<{
      call: { rules: { minMembers: number }; programme: { rules: { minMembers: number } } };
    }>(
      secretary,
      'query ($id: ID!) { call(id: $id) { rules { minMembers } programme { rules { minMembers } } } }',
      { id: made?.id },
    );
    expect([seen.call.rules.minMembers, seen.call.programme.rules.minMembers]).toEqual([2, 7]);
  });
});

const row = (externalId: string, more: object = {}) => ({
  externalId,
  kind: 'XAAS',
  name: { en: `Programme ${externalId}` },
  rules: [rules],
  calls: [
    {
      externalId: `${externalId}-2026`,
      title: { en: 'Call' },
      year: 2026,
      budget: 1,
      slots: 1,
      opensAt: '2026-01-01T00:00:00Z',
      closesAt: '2027-01-01T00:00:00Z',
    },
  ],
  ...more,
});
const bring = (rows: object[], dryRun = false) =>
  alliance.change<{ created: number; updated: number; unchanged: number }>(
    secretary,
    'importProgrammes',
    { source: 'seed', dryRun, rows },
    'created updated unchanged',
  );

describe('importing programmes', () => {
  it('creates, updates, leaves alone, and reports the rows that fail while the others go through', async () => {
    expect(await bring([row('a')], true)).toMatchObject({ created: 2, problems: [] });
    expect(await bring([row('a'), row('b')])).toMatchObject({ created: 4, updated: 0 });
    const again = await bring([
      row('a'),
      row('b', { name: { en: 'Another name' } }),
      row('c', { kind: '?' }),
      row('d', { calls: [] }),
    ]);
    expect(again).toMatchObject({ created: 1, updated: 1, unchanged: 3 });
    expect(brief(again.problems)).toEqual([['INVALID', 'rows/2/kind', 'CODE_FORM']]);
  });

  it('takes nothing from those who apply to a call that is there, and leaves its rules', async () => {
    const now = Date.now();
    const call = {
      externalId: 'kept-call',
      title: { en: 'Call' },
      year: 2026,
      budget: 10,
      slots: 2,
      opensAt: new Date(now - hour).toISOString(),
      closesAt: new Date(now + hour).toISOString(),
    };
    const kept = (more: object = {}, programme: object = {}) =>
      bring([row('kept', { calls: [{ ...call, ...more }], ...programme })]);
    expect(await kept()).toMatchObject({ created: 2, problems: [] });
    const less = await kept({
      year: 2027,
      sectors: ['healthcare'],
      budget: 9,
      slots: 1,
      opensAt: new Date(now - hour - 1).toISOString(),
      closesAt: new Date(now + hour - 1).toISOString(),
      rules: { ...rules, minMembers: 9 },
    });
    expect(less).toMatchObject({ created: 0, updated: 0, unchanged: 0 });
    expect(brief(less.problems).map(([, path, rule]) => [path, rule])).toEqual([
      ['rows/0/calls/0/year', 'FIXED_ONCE_OPEN'],
      ['rows/0/calls/0/sectors', 'FIXED_ONCE_OPEN'],
      ['rows/0/calls/0/opensAt', 'FIXED_ONCE_OPEN'],
      ['rows/0/calls/0/rules', 'FIXED_ONCE_OPEN'],
      ['rows/0/calls/0/budget', 'ONLY_GROWS'],
      ['rows/0/calls/0/slots', 'ONLY_GROWS'],
      ['rows/0/calls/0/closesAt', 'CLOSES_LATER'],
    ]);
    const stricter = { rules: [{ ...rules, minMembers: 9 }] };
    expect(await kept({ budget: 11 }, stricter)).toMatchObject({ updated: 2, problems: [] });
    const stored = await alliance.connection
      .collection('calls')
      .findOne({ 'origin.externalId': 'kept-call' });
    expect(stored).toMatchObject({ budget: 11, rules: { minMembers: 1 } });
    const filter = { 'origin.externalId': 'kept-call' };
    const closed = { $set: { closesAt: new Date(now - 1) } };
    await alliance.connection.collection('calls').updateOne(filter, closed);
    expect(brief((await kept({ budget: 11 }, stricter)).problems)).toEqual([
      ['EXPIRED', 'rows/0/calls/0/closesAt', 'CLOSES'],
    ]);
    const decided = { $set: { decidedAt: new Date(now) } };
    await alliance.connection.collection('calls').updateOne(filter, decided);
    expect(brief((await kept({ budget: 12 }, stricter)).problems)).toEqual([
      ['WRONG_STATE', 'rows/0/calls/0', 'STATE'],
    ]);
  });
});

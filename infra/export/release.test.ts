import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import fc from 'fast-check';

import {
  releasesOf,
  type PublishedCall,
  type PublishedFirm,
  type PublishedMovement,
  type PublishedProject,
} from './release.ts';

const schemaFolder = join(import.meta.dirname, '../../../shared/data/ocds/schema');
const publication = { prefix: 'ocds-213czf', language: 'ko' } as const;

const firm = (id: string, more: Partial<PublishedFirm> = {}): PublishedFirm => ({
  id,
  name: { ko: `${id} 주식회사`, en: null },
  businessNumber: null,
  region: 'KR-11',
  size: 'SME',
  ...more,
});
const call = (more: Partial<PublishedCall> = {}): PublishedCall => ({
  id: 'c1',
  title: { ko: '2026년 공고', en: 'Call 2026' },
  programme: { kind: 'FLAGSHIP', name: { ko: '플래그십', en: null } },
  sectors: [{ code: 'healthcare', name: { ko: '의료', en: null } }],
  budget: 10_000_000_000,
  opensAt: '2026-01-01T00:00:00.000Z',
  closesAt: '2026-02-01T00:00:00.000Z',
  status: 'CLOSED',
  decidedAt: '2026-03-01T00:00:00.000Z',
  rankedAgainAt: null,
  rules: { rubric: [{ name: { ko: '계획', en: null }, points: 60 }] },
  ...more,
});
const movement = (
  number: number,
  kind: PublishedMovement['kind'],
  amount: number,
  reverses: number | null = null,
): PublishedMovement => ({
  id: `m${number}`,
  number,
  kind,
  company: firm('lead'),
  amount,
  reverses,
  recordedAt: `2026-05-0${number}T00:00:00.000Z`,
});
const project = (more: Partial<PublishedProject> = {}): PublishedProject => ({
  id: 'p1',
  title: { ko: '과제', en: null },
  summary: { ko: '요약', en: null },
  status: 'RUNNING',
  budget: 5_000_000_001,
  startedAt: '2026-04-01T00:00:00.000Z',
  endedAt: null,
  members: [
    {
      company: firm('lead', { businessNumber: '1208147521' }),
      role: 'LEAD',
      share: 6_667,
      shareAmount: 3_333_500_001,
    },
    {
      company: firm('partner', { size: 'MICRO', region: null }),
      role: 'PARTNER',
      share: 3_333,
      shareAmount: 1_666_500_000,
    },
    {
      company: firm('adviser', { size: 'NONPROFIT' }),
      role: 'ADVISOR',
      share: null,
      shareAmount: null,
    },
  ],
  milestones: [],
  movements: [
    movement(1, 'PAY', 900),
    movement(2, 'PAY', 50),
    movement(3, 'REVERSE', 50, 2),
    movement(4, 'RETURN', 7),
    movement(5, 'SPEND', 3),
  ],
  ...more,
});
const tagsOf = (...given: Parameters<typeof releasesOf>) =>
  releasesOf(...given).map(({ tag }) => tag);
const idsOf = (...given: Parameters<typeof releasesOf>) => releasesOf(...given).map(({ id }) => id);

describe('releasesOf', () => {
  it('tells a tender, its awards, each contract and what was paid', () => {
    expect(tagsOf(call(), [project()], publication)).toEqual([
      ['tender'],
      ['award'],
      ['contract'],
      ['implementation'],
    ]);
    expect(tagsOf(call({ decidedAt: null, status: 'OPEN' }), [], publication)).toEqual([
      ['tender'],
    ]);
    expect(tagsOf(call({ status: 'SCHEDULED' }), [], publication)).toEqual([]);
    const ended = project({
      status: 'TERMINATED',
      endedAt: '2026-06-01T00:00:00.000Z',
      movements: [],
    });
    expect(tagsOf(call(), [ended], publication).at(-1)).toEqual([
      'implementation',
      'contractTermination',
    ]);
    expect(tagsOf(call(), [project({ startedAt: null, movements: [] })], publication)).toEqual([
      ['tender'],
      ['award'],
    ]);
  });

  it('names every member of a consortium as a supplier, with its share', () => {
    const [, award] = releasesOf(call(), [project()], publication);
    expect(award).toMatchObject({
      ocid: 'ocds-213czf-c1',
      awards: [
        {
          value: { amount: 5_000_000_001, currency: 'KRW' },
          suppliers: [
            {
              id: 'KR-BRN-1208147521',
              consortiumRole: 'LEAD',
              shareBasisPoints: 6_667,
              shareValue: { amount: 3_333_500_001 },
            },
            { id: 'OCA-partner', consortiumRole: 'PARTNER', shareBasisPoints: 3_333 },
            { id: 'OCA-adviser', consortiumRole: 'ADVISOR' },
          ],
        },
      ],
    });
  });

  it('tells public money that went out and came back, without what was taken back', () => {
    const release = releasesOf(call(), [project()], publication).at(-1);
    expect(release).toMatchObject({
      date: '2026-05-05T00:00:00.000Z',
      contracts: [
        {
          implementation: {
            transactions: [
              {
                id: 'm1',
                value: { amount: 900 },
                payer: { id: 'OCA-SECRETARIAT' },
                payee: { id: 'OCA-lead' },
              },
              {
                id: 'm4',
                value: { amount: 7 },
                payer: { id: 'OCA-lead' },
                payee: { id: 'OCA-SECRETARIAT' },
              },
            ],
          },
        },
      ],
    });
  });

  it('tells what was delivered, and is dated by what happened last', () => {
    const milestones = [
      {
        id: 'met',
        name: { ko: '설계', en: null },
        dueOn: '2026-06-30',
        status: 'ACCEPTED' as const,
        deliveredAt: '2026-06-20T00:00:00.000Z',
        decidedAt: '2026-07-01T00:00:00.000Z',
      },
      {
        id: 'later',
        name: { ko: '구축', en: null },
        dueOn: '2026-12-31',
        status: 'PLANNED' as const,
        deliveredAt: null,
        decidedAt: null,
      },
    ];
    const release = releasesOf(call(), [project({ milestones })], publication).at(-1);
    expect(release).toMatchObject({
      date: '2026-07-01T00:00:00.000Z',
      contracts: [
        {
          implementation: {
            milestones: [
              { id: 'met', status: 'met', dateMet: '2026-06-20T00:00:00.000Z' },
              { id: 'later', status: 'scheduled', dueDate: '2026-12-31T23:59:59+09:00' },
            ],
          },
        },
      ],
    });
  });

  it('tells nothing of a repayment that bounced', () => {
    const movements = [
      movement(1, 'PAY', 900),
      movement(2, 'RECOVER', 30),
      movement(3, 'BOUNCE', 30, 2),
    ];
    const release = releasesOf(call(), [project({ movements })], publication).at(-1);
    expect(release).toMatchObject({
      contracts: [{ implementation: { transactions: [{ id: 'm1' }] } }],
    });
  });

  it('tells public money that a firm paid back out of its own', () => {
    const movements = [movement(1, 'PAY', 900), movement(2, 'RECOVER', 30)];
    const release = releasesOf(call(), [project({ movements })], publication).at(-1);
    expect(release).toMatchObject({
      contracts: [
        {
          implementation: {
            transactions: [
              { id: 'm1' },
              { id: 'm2', value: { amount: 30 }, payee: { id: 'OCA-SECRETARIAT' } },
            ],
          },
        },
      ],
    });
  });

  it('tells what came to nothing: a tender without an award, an award that never began, a milestone that was missed', () => {
    const [fruitless] = releasesOf(call(), [], publication);
    expect(fruitless).toMatchObject({ tender: { status: 'unsuccessful' } });
    const over = { status: 'TERMINATED', endedAt: '2026-06-01T00:00:00.000Z' };
    const [tender, award] = releasesOf(
      call(),
      [project({ ...over, startedAt: null })],
      publication,
    );
    expect(tender).toMatchObject({ tender: { status: 'complete' } });
    expect(award).toMatchObject({ awards: [{ status: 'cancelled' }] });
    const missed = {
      id: 'missed',
      name: { ko: '구축', en: null },
      dueOn: '2026-05-31',
      status: 'PLANNED' as const,
      deliveredAt: null,
      decidedAt: null,
    };
    const ended = project({ ...over, milestones: [missed] });
    expect(releasesOf(call(), [ended], publication).at(-1)).toMatchObject({
      contracts: [{ implementation: { milestones: [{ id: 'missed', status: 'notMet' }] } }],
    });
  });

  it('dates awards by the ranking that holds, after an appeal by the new one', () => {
    const rankedAgainAt = '2026-03-20T00:00:00.000Z';
    const [, award] = releasesOf(call({ rankedAgainAt }), [project()], publication);
    expect(award).toMatchObject({ date: rankedAgainAt, awards: [{ date: rankedAgainAt }] });
  });

  it('keeps the id of a release that did not change, and of no other', () => {
    const before = idsOf(call(), [project()], publication);
    expect(idsOf(call(), [project()], publication)).toEqual(before);
    const after = idsOf(call(), [project({ movements: [movement(1, 'PAY', 901)] })], publication);
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
    expect(after[3]).not.toBe(before[3]);
  });
});

const words = fc.oneof(
  fc.record({ ko: fc.string({ minLength: 1 }), en: fc.constant(null) }),
  fc.record({ ko: fc.constant(null), en: fc.string({ minLength: 1 }) }),
);
const instant = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const won = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const anyFirm = fc.record({
  id: fc.uuid(),
  name: words,
  businessNumber: fc.option(fc.constant('1208147521')),
  region: fc.option(fc.constantFrom('KR-11', 'US')),
  size: fc.constantFrom('LARGE', 'MIDSIZE', 'SME', 'MICRO', 'NONPROFIT'),
});
const anyProject: fc.Arbitrary<PublishedProject> = fc.record({
  id: fc.uuid(),
  title: words,
  summary: words,
  status: fc.constantFrom('AWARDED', 'RUNNING', 'COMPLETED', 'TERMINATED'),
  budget: fc.option(won),
  startedAt: fc.option(instant),
  endedAt: fc.option(instant),
  members: fc.uniqueArray(
    fc.record({
      company: anyFirm,
      role: fc.constantFrom('LEAD', 'PARTNER'),
      share: fc.option(fc.nat(10_000)),
      shareAmount: fc.option(won),
    }),
    { selector: ({ company }) => company.businessNumber ?? company.id, minLength: 1, maxLength: 4 },
  ),
  milestones: fc.array(
    fc.record({
      id: fc.uuid(),
      name: words,
      dueOn: fc.constantFrom('2026-05-01', '2027-12-31'),
      status: fc.constantFrom('PLANNED', 'DELIVERED', 'RETURNED', 'ACCEPTED'),
      deliveredAt: fc.option(instant),
      decidedAt: fc.option(instant),
    }),
    { maxLength: 3 },
  ),
  movements: fc.uniqueArray(
    fc.record({
      id: fc.uuid(),
      number: fc.nat(20),
      kind: fc.constantFrom('PAY', 'MATCH', 'SPEND', 'RETURN', 'RECOVER', 'REVERSE', 'BOUNCE'),
      company: anyFirm,
      amount: won,
      reverses: fc.option(fc.nat(20)),
      recordedAt: instant,
    }),
    { selector: ({ number }) => number, maxLength: 5 },
  ),
});

const here = existsSync(schemaFolder);
if (!here) process.stdout.write('OCDS validation skipped: no ../shared/data/ocds here.\n');
const withSchema = here ? it : it.skip;

function read(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(schemaFolder, name), 'utf8')) as Record<string, unknown>;
}

/** The validator of packages, with the schema of releases that it names. */
function packageValidator() {
  const ajv = new Ajv.default({ strict: false, validateFormats: true });
  addFormats.default(ajv);
  const release = read('release-schema.json');
  const { items } = (
    read('release-package-schema.json')['properties'] as { releases: { items: { $ref: string } } }
  ).releases;
  ajv.addSchema(release, items.$ref);
  return ajv.compile(read('release-package-schema.json'));
}

function expectToHold(): void {
  const validate = packageValidator();
  const holds = fc.property(words, fc.array(anyProject, { maxLength: 3 }), (title, projects) =>
    validate({
      uri: 'https://data.example.org/calls.json',
      version: '1.1',
      publishedDate: '2026-11-01T00:00:00.000Z',
      publisher: { name: 'Open Cloud Alliance' },
      releases: releasesOf(call({ title }), projects, publication),
    }),
  );
  expect(fc.check(holds, { numRuns: 200 })).toMatchObject({ failed: false });
}

function expectRefusal(): void {
  const validate = packageValidator();
  const [tender] = releasesOf(call(), [], publication);
  const releases = [{ ...tender, tag: [] }];
  expect(validate({ uri: 'https://example.org', version: '1.1', releases })).toBe(false);
}

describe('a package of releases', () => {
  withSchema('holds to the published schema, whatever the platform holds', expectToHold);
  withSchema('is refused by the same validator when a release has no tag', expectRefusal);
});

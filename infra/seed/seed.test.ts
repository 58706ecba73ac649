import { stdnum } from 'stdnum';

import { wholeInBasisPoints } from '#kit/won.ts';
import { accounts, everyPartner } from './accounts.ts';
import { readSeed, type SeedCompany, type SeedTechnology } from './seed-file.ts';
import { programmeRow, seedRows, seoulDay, seoulTime } from './seed-rows.ts';

const data = await readSeed();
const now = new Date('2026-11-22T15:30:00Z');
const companies = new Map(data.companies.map((company) => [company.key, company]));
const codes = new Set(data.technologies.flatMap((each) => codesOf(each, '')));

function codesOf({ part, children }: SeedTechnology, above: string): string[] {
  const code = `${above}${part}`;
  return [code, ...(children ?? []).flatMap((child) => codesOf(child, `${code}.`))];
}

function distinct(field: (company: SeedCompany) => string[]): number {
  return new Set(data.companies.flatMap(field)).size;
}

describe('the seed', () => {
  it('gives every firm a business number of its own with a true check digit', () => {
    const numbers = data.companies.map(({ businessNumber }) => businessNumber);
    expect(new Set(numbers).size).toBe(numbers.length);
    const brn = stdnum['KR']?.['brn'];
    expect(numbers.filter((number) => brn?.validate(number).isValid !== true)).toEqual([]);
  });

  it('has firms of every kind, in every sector, far beyond the capital', () => {
    expect(distinct(({ kinds }) => kinds)).toBe(7);
    expect(distinct(({ sectors }) => sectors)).toBe(10);
    expect(distinct(({ region }) => [region])).toBeGreaterThan(10);
    expect(distinct(({ size }) => [size])).toBe(5);
  });

  it('names in both languages', () => {
    const named = [...data.companies, ...data.services, ...data.events];
    expect(
      named.filter(({ ko, en }) => !/\p{Script=Hangul}/u.test(ko) || !/[a-z]/i.test(en)),
    ).toEqual([]);
  });

  it('says nothing of technologies and firms that it does not have', () => {
    const named = [
      ...data.companies.flatMap(({ capabilities }) => Object.keys(capabilities ?? {})),
      ...[...data.services, ...data.events].flatMap(({ technologies }) => technologies),
      ...data.projects.flatMap(({ requirements }) =>
        requirements.map(({ technology }) => technology),
      ),
    ];
    expect(named.filter((code) => !codes.has(code))).toEqual([]);
    const firms = [
      ...data.services.map(({ provider }) => provider),
      ...data.events.flatMap(({ host }) => host ?? []),
      ...data.projects.flatMap(({ lead, invitations }) => [
        lead,
        ...(invitations ?? []).map(({ company }) => company),
      ]),
      ...accounts
        .flatMap(({ places }) => places.map(({ company }) => company))
        .filter((key) => key !== everyPartner),
    ];
    expect(firms.filter((key) => !companies.has(key))).toEqual([]);
  });

  it('has levels from 1 to 9, and for every technology somebody who can do it', () => {
    const levels = data.companies.flatMap(({ capabilities }) => Object.entries(capabilities ?? {}));
    expect(levels.filter(([, level]) => level < 1 || level > 9)).toEqual([]);
    const parents = new Set(
      [...codes].map((code) => code.slice(0, Math.max(code.lastIndexOf('.'), 0))),
    );
    const leaves = [...codes].filter((code) => !parents.has(code));
    expect(leaves).toHaveLength(66);
    const supplied = new Set(levels.map(([code]) => code));
    expect(leaves.filter((code) => !supplied.has(code))).toEqual([]);
  });

  it('has every programme of the alliance with its default rules', () => {
    const kinds = data.programmes.map(({ kind }) => kind);
    expect(kinds).toEqual([
      'FLAGSHIP',
      'XAAS',
      'JOINT_RESEARCH',
      'OVERSEAS',
      'COOPERATION',
      'GLOBAL_SAAS',
      'VOUCHER',
      'COMPUTE',
    ]);
    const rows = data.programmes.map((programme) => programmeRow(programme, now));
    expect(rows[0]).toMatchObject({
      rules: [
        {
          validFrom: '2025-01-01',
          leadKinds: ['IAAS'],
          budgetCap: 10_000_000_000,
          years: [2026, 2027, 2028],
        },
      ],
      calls: [
        { year: 2026, opensAt: '2026-11-02T15:00:00.000Z', closesAt: '2027-02-01T09:00:00.000Z' },
      ],
    });
  });

  it('shares the sealed project out to the last basis point', () => {
    const sealed = data.projects.filter(({ seal }) => seal === true);
    const sums = sealed.map(({ leadShare, invitations }) =>
      (invitations ?? []).reduce((sum, { share }) => sum + (share ?? 0), leadShare ?? 0),
    );
    expect(sums).toEqual(sealed.map(() => wholeInBasisPoints));
  });

  it('gives each firm exactly one owner', () => {
    const owned = accounts.flatMap(({ places }) => places.filter(({ role }) => role === 'OWNER'));
    expect(owned.map(({ company }) => company)).toEqual(['hanbit-cloud', everyPartner]);
  });

  it('places events in days and hours of Seoul around the first start', () => {
    const events = [...seedRows(data, now)].filter(({ to }) => to === 'events');
    expect(events).toHaveLength(13);
    expect(events[0]?.row).toMatchObject({
      startsAt: '2026-11-26T10:00:00.000Z',
      endsAt: '2026-11-26T12:00:00.000Z',
    });
  });
});

describe('seoulDay and seoulTime', () => {
  it('count days where it is tomorrow already', () => {
    expect(seoulDay(now, 0)).toBe('2026-11-23');
    expect(seoulTime(now, 1, '09:00')).toBe('2026-11-24T00:00:00.000Z');
  });
});

/** The seed's data as rows of the importers, placed in time around the first start. */
import type { CapabilityRow, RowFound, TechnologyRow } from '../import/found.ts';
import { ianaZone } from '../import/zone.ts';
import type { SeedData, SeedEvent, SeedProgramme, SeedTechnology } from './seed-file.ts';

/** Code of the seed's technology map; its technologies' codes begin with it. */
export const seedMap = 'core';

const dayMillis = 24 * 60 * 60 * 1000;
const zone = 'Asia/Seoul';
const kinds = ['DOMAIN', 'AREA', 'TECHNOLOGY'] as const;

/** The code of a technology as the seed's files write it. */
export function seedCode(path: string): string {
  return `${seedMap}.${path}`;
}

/** Every row, in the order in which they must go in; companies come first, because they tell whose seed it is. */
export function* seedRows(data: SeedData, now: Date): Generator<RowFound> {
  yield* companyRows(data, now);
  for (const row of technologyRows(data.technologies, null, 0))
    yield { kind: 'row', to: 'technologies', line: 0, row };
  for (const company of data.companies)
    for (const row of capabilityRows(company.capabilities ?? {}))
      yield { kind: 'row', to: 'capabilities', line: 0, company: company.key, row };
  for (const event of data.events) yield eventRow(event, now);
  yield* serviceRows(data);
}

function* technologyRows(
  nodes: readonly SeedTechnology[],
  parentCode: string | null,
  depth: number,
): Generator<TechnologyRow> {
  for (const [position, { part, ko, en, aliases, children }] of nodes.entries()) {
    const code = `${parentCode ?? seedMap}.${part}`;
    yield {
      code,
      ...(parentCode !== null && { parentCode }),
      kind: kinds[depth] ?? 'TECHNOLOGY',
      name: { ko, en },
      aliases: aliases ?? [],
      core: children === undefined,
      position,
    };
    yield* technologyRows(children ?? [], code, depth + 1);
  }
}

function* companyRows({ companies }: SeedData, now: Date): Generator<RowFound> {
  const year = Number(seoulDay(now, 0).slice(0, 4));
  for (const company of companies) {
    const { key, ko, en, businessNumber, sectors, region, size, capacity, csap, about } = company;
    const valid = { validFrom: `${year - 2}-03-01`, validTo: `${year + 3}-02-28` };
    const row = {
      externalId: key,
      name: { ko, en },
      businessNumber,
      kinds: company.kinds,
      sectors,
      region,
      size,
      capacity,
      website: `https://${key}.example.kr`,
      description: about,
      ...(company.group !== undefined && { affiliateGroup: company.group }),
      certifications: csap ? [{ scheme: 'CSAP', ...csap, ...valid }] : [],
    };
    yield { kind: 'row', to: 'companies', line: 0, row };
  }
}

function capabilityRows(levels: Record<string, number>): CapabilityRow[] {
  return Object.entries(levels).map(([code, level]) => ({
    technologyCode: seedCode(code),
    level,
    evidence: [],
  }));
}

function eventRow(event: SeedEvent, now: Date): RowFound {
  const { key, host, day, from, to, ko, en, technologies, ...rest } = event;
  const row = {
    ...rest,
    externalId: key,
    title: { ko, en },
    technologies: technologies.map(seedCode),
    startsAt: seoulTime(now, day, from),
    endsAt: seoulTime(now, day, to),
    timeZone: zone,
  };
  return { kind: 'row', to: 'events', line: 0, ...(host !== undefined && { company: host }), row };
}

function* serviceRows({ services, companies }: SeedData): Generator<RowFound> {
  for (const service of services) {
    const { key, provider, ko, en, grade, about, technologies, ...rest } = service;
    const row = {
      ...rest,
      externalId: key,
      name: { ko, en },
      providerName: companies.find((company) => company.key === provider)?.ko ?? provider,
      summary: about,
      technologies: technologies.map(seedCode),
      certifications: grade === undefined ? [] : [{ scheme: 'CSAP', grade }],
      url: `https://${provider}.example.kr/${key}`,
    };
    yield { kind: 'row', to: 'services', line: 0, company: provider, row };
  }
}

/** A programme as a row of `importProgrammes`. */
export function programmeRow({ key, kind, name, rules, calls }: SeedProgramme, now: Date): object {
  const year = Number(seoulDay(now, 0).slice(0, 4));
  return {
    externalId: key,
    kind,
    name,
    rules: [
      {
        ...rules,
        // Calls of the seed open up to three months before the first start.
        validFrom: `${year - 1}-01-01`,
        ...(rules.years && { years: rules.years.map((each) => year + each) }),
      },
    ],
    calls: calls.map(({ key: externalId, days: [first, last], ...call }) => ({
      ...call,
      externalId,
      year,
      opensAt: seoulTime(now, first, '00:00'),
      closesAt: seoulTime(now, last, '18:00'),
    })),
  };
}

/** A calendar day in Asia/Seoul, so many days from an instant, `YYYY-MM-DD`. */
export function seoulDay(now: Date, days: number): string {
  return new Date(seoulZone().wallOf(now.getTime()) + days * dayMillis).toISOString().slice(0, 10);
}

/** The instant at which clocks in Seoul show this time, so many days from an instant. */
export function seoulTime(now: Date, days: number, time: string): string {
  const wall = Date.parse(`${seoulDay(now, days)}T${time}:00Z`);
  return new Date(seoulZone().instantOf(wall)).toISOString();
}

function seoulZone() {
  const found = ianaZone(zone);
  if (!found) throw new RangeError(`There is no zone ${zone}.`);
  return found;
}

import type { CompanyFact, ProjectFact, TechnologyFact } from '#schema/facts.ts';
import { noticesOf, seenOf, type Seen } from './change.ts';

const firm = (more: Partial<CompanyFact> = {}): Seen =>
  seenOf('company', {
    name: { ko: '한빛', en: null },
    businessNumber: null,
    kinds: ['SAAS'],
    sectors: ['finance'],
    region: null,
    size: 'SME',
    status: 'APPROVED',
    capacity: 1,
    affiliateGroup: null,
    certificates: [],
    restrictedUntil: null,
    mergedIntoId: null,
    ...more,
  } satisfies CompanyFact);
const map = (publishedAt: string, ...technologyIds: string[]): Seen =>
  seenOf('capabilityMap', {
    publishedAt: new Date(publishedAt),
    capabilities: technologyIds.map((technologyId) => ({ technologyId, level: 5 })),
  });
const technology = (more: Partial<TechnologyFact> = {}): Seen =>
  seenOf('technology', { code: 'a', name: { ko: '메시', en: null }, current: true, ...more });
const project = (more: Partial<ProjectFact> = {}): Seen =>
  seenOf('project', {
    title: { ko: '과제', en: null },
    status: 'SEALED',
    sector: 'finance',
    requirements: [{ technologyId: 'mesh', level: 5, providers: 1, mandatory: true }],
    memberIds: ['lead', 'partner'],
    ...more,
  });
const brief = (...given: Parameters<typeof noticesOf>) =>
  noticesOf(...given).map(({ subject, change, detail }) => [
    `${subject.kind} ${subject.key}`,
    change,
    detail,
  ]);

describe('a firm', () => {
  it('is told of when its status, name or certificates change', () => {
    const iso = {
      scheme: 'ISO_27001',
      type: null,
      grade: null,
      validFrom: '2025-01-01',
      validTo: null,
    };
    const after = firm({
      status: 'SUSPENDED',
      name: { ko: '새빛', en: null },
      certificates: [iso],
    });
    expect(brief('firm', firm(), after)).toEqual([
      ['COMPANY firm', 'STATUS', 'SUSPENDED'],
      ['COMPANY firm', 'RENAMED', '새빛'],
      ['COMPANY firm', 'CERTIFIED', 'ISO_27001'],
    ]);
    expect(brief('firm', firm({ certificates: [iso] }), firm())).toEqual([
      ['COMPANY firm', 'CERTIFICATE_ENDED', 'ISO_27001'],
    ]);
    expect(brief('firm', firm(), firm())).toEqual([]);
  });

  it('joins a sector when it is approved, or takes the sector up', () => {
    expect(brief('firm', firm({ status: 'PENDING' }), firm())).toEqual([
      ['COMPANY firm', 'STATUS', 'APPROVED'],
      ['SECTOR finance', 'FIRM_JOINED', null],
    ]);
    expect(brief('firm', firm(), firm({ sectors: ['finance', 'public'] }))).toEqual([
      ['SECTOR public', 'FIRM_JOINED', null],
    ]);
    expect(brief('firm', null, firm({ status: 'PENDING' }))).toEqual([]);
  });
});

describe('a capability map', () => {
  it('tells of the firm, and of every technology that came or went', () => {
    expect(brief('firm', map('2026-01-01', 'a', 'b'), map('2026-02-01', 'b', 'c', 'c'))).toEqual([
      ['COMPANY firm', 'CAPABILITIES_PUBLISHED', null],
      ['TECHNOLOGY c', 'SUPPLIER_ADDED', null],
      ['TECHNOLOGY a', 'SUPPLIER_LEFT', null],
    ]);
    expect(brief('firm', map('2026-01-01', 'a'), map('2026-01-01', 'a'))).toEqual([]);
  });
});

describe('a technology', () => {
  it('is told of when it has another name, or something took its place', () => {
    const after = technology({
      name: { ko: '서비스 메시', en: null },
      current: false,
      succession: { kind: 'MERGED', successorIds: ['b'] },
    });
    expect(brief('mesh', technology(), after)).toEqual([
      ['TECHNOLOGY mesh', 'RENAMED', '서비스 메시'],
      ['TECHNOLOGY mesh', 'SUCCEEDED', 'MERGED'],
    ]);
    expect(brief('mesh', null, after)).toEqual([]);
  });
});

describe('a project', () => {
  it('is told of to its sector, its firms and those who watch what it needs', () => {
    expect(brief('project', null, project())).toEqual([
      ['SECTOR finance', 'PROJECT_STATUS', 'SEALED'],
      ['COMPANY lead', 'PROJECT_STATUS', 'SEALED'],
      ['COMPANY partner', 'PROJECT_STATUS', 'SEALED'],
      ['TECHNOLOGY mesh', 'DEMANDED', null],
    ]);
    expect(brief('project', project(), project())).toEqual([]);
    expect(
      brief('project', project(), project({ status: 'RUNNING' })).map(([, , detail]) => detail),
    ).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
  });
});

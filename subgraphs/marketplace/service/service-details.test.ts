import fc from 'fast-check';

import {
  candidate,
  catalogueProblems,
  detailProblems,
  isSame,
  tracesOf,
  type Candidate,
} from './service-details.ts';
import type { ServiceDetails } from './service.model.ts';

const service: ServiceDetails = {
  name: { ko: '한빛 관제', en: 'Hanbit Watch' },
  summary: { ko: '클라우드 관제', en: null },
  models: ['SAAS'],
  categories: ['monitoring'],
  technologies: ['mesh'],
  sectors: ['finance'],
  certifications: [{ scheme: 'CSAP', grade: 'MID', validTo: '2030-12-31' }],
  url: null,
  priceNote: null,
};
const ids = new Map([['cncf.mesh', 'mesh']]);

function paths(each: Candidate): string[] {
  return detailProblems(each).map(({ path }) => path.join('.'));
}

it('keeps what is left out, clears what is null, tidies what is given', () => {
  expect(candidate(service, {}, ids)).toEqual(service);
  expect(
    candidate(
      service,
      {
        summary: null,
        models: null,
        categories: [' Big  Data ', 'big data'],
        technologies: ['cncf.mesh', 'x'],
        certifications: [{ scheme: 'iso_27001' }],
      },
      ids,
    ),
  ).toEqual({
    ...service,
    summary: null,
    models: [],
    categories: ['big data'],
    certifications: [{ scheme: 'ISO_27001', grade: null, validTo: null }],
  });
});

it.each<[string, Partial<Candidate>]>([
  ['name', { name: null }],
  ['name.ko', { name: { ko: '가', en: null } }],
  ['summary.en', { summary: { ko: null, en: 'x'.repeat(2_001) } }],
  ['priceNote.en', { priceNote: { ko: null, en: 'x'.repeat(1_001) } }],
  ['technologies', { technologies: Array.from({ length: 31 }, (_, index) => `t${index}`) }],
  ['sectors', { sectors: Array.from({ length: 21 }, (_, index) => `s-${index}`) }],
  ['sectors.0', { sectors: ['Finance'] }],
  ['categories', { categories: Array.from({ length: 11 }, (_, index) => `c${index}`) }],
  ['categories.0', { categories: ['x'] }],
  ['certifications.0.scheme', { certifications: [{ scheme: '!', grade: null, validTo: null }] }],
  ['certifications.0.grade', { certifications: [{ scheme: 'CSAP', grade: '중', validTo: null }] }],
  ['url', { url: 'ftp://files.example' }],
])('names %s', (path, fault) => {
  expect(paths({ ...service, ...fault })).toEqual([path]);
});

it('says what a draft lacks before it is listed', () => {
  expect(paths({ ...service, summary: null, models: [] })).toEqual([]);
  expect(catalogueProblems({ ...service, summary: null, models: [] })).toEqual([
    expect.objectContaining({ path: ['summary'], rule: 'CATALOGUE_COMPLETE' }),
    expect.objectContaining({ path: ['models'], rule: 'CATALOGUE_COMPLETE' }),
  ]);
  expect(catalogueProblems(service)).toEqual([]);
});

it('sees every difference', () => {
  const others: ServiceDetails = {
    name: { ko: '다른', en: null },
    summary: null,
    models: [],
    categories: [],
    technologies: [],
    sectors: [],
    certifications: [],
    url: 'https://a.example',
    priceNote: { ko: '무료', en: null },
  };
  const fields = Object.keys(others) as (keyof ServiceDetails)[];
  fc.assert(
    fc.property(fc.subarray(fields), (chosen) => {
      const after = chosen.reduce((each, field) => ({ ...each, [field]: others[field] }), service);
      expect(isSame(service, after)).toBe(chosen.length === 0);
    }),
  );
});

it('is found by name, provider and category, and sorted by its name', () => {
  const { words, sortName, grams } = tracesOf(service, ['다온 클라우드', null]);
  expect(words.split('\n')).toEqual(['한빛관제', 'hanbitwatch', '다온클라우드', 'monitoring']);
  expect(sortName).toBe('한빛관제');
  expect(grams).toEqual(expect.arrayContaining(['한', '한빛', '빛관', 'ha', '온클', 'mo']));
});

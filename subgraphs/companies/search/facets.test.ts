import fc from 'fast-check';

import { toldCount, toldFrom } from './facets.ts';
import type { CompanyFilter } from './query.ts';
import { sampleFrom } from './sample.ts';

const today = '2026-01-01';
const kinds = ['IAAS', 'SAAS', 'SAAS', 'SAAS'];
const entries = Array.from({ length: 4_000 }, (_, index) => {
  const facets = [`kind:${kinds[index % 4]}`, 'size:SME'];
  return {
    status: (index % 10 === 0 ? 'CLOSED' : 'APPROVED') as 'APPROVED',
    completed: index % 20,
    onTime: 9_000,
    rating: 4,
    facets,
    forms: ['클라q'],
    terms: [...facets, 'available:yes', 'technology:t', 'certificate:CSAP', '클라', '클'],
    technologies: [{ technologyId: 't', level: 1 + (index % 2) }],
    certificates: [
      { scheme: 'CSAP', type: null, grade: 'LOW', validFrom: '2020-01-01', validTo: today },
    ],
  };
});
const sample = sampleFrom(100_000, entries);

describe('counts told from a sample', () => {
  it('are those of approved firms, as many times as there are more', () => {
    expect(toldFrom(sample, { kinds: ['SAAS'] }, today)).toEqual([
      { name: 'KIND', estimated: true, values: [{ value: 'SAAS', count: 70_000 }] },
      { name: 'SECTOR', estimated: true, values: [] },
      { name: 'REGION', estimated: true, values: [] },
      { name: 'SIZE', estimated: true, values: [{ value: 'SME', count: 70_000 }] },
    ]);
  });

  it('are as many in all as there are of every kind', () => {
    expect(toldCount(sample, { kinds: ['SAAS'] }, today)).toBe(70_000);
    expect(toldCount(sample, {}, today)).toBe(90_000);
  });

  it.each<[CompanyFilter, number]>([
    [{ technologies: [{ technologyId: 't', level: 2 }] }, 50_000],
    [{ certificate: { scheme: 'CSAP', grade: 'LOW' } }, 90_000],
    [{ trackRecord: { projects: 10, onTime: 9_000, rating: 4 } }, 45_000],
    [{ statuses: ['CLOSED'] }, 10_000],
    [{ text: 'q' }, 90_000],
    [{ available: true }, 90_000],
  ])('of %j are %i', (filter, count) => {
    expect(toldCount(sample, filter, today)).toBe(count);
  });

  it('put the most frequent value first', () => {
    const [first] = toldFrom(sample, { text: '클라' }, today) ?? [];
    expect(first?.values.map(({ value }) => value)).toEqual(['SAAS', 'IAAS']);
  });

  it.each([
    ['few firms', { ...sample, total: 2_000 }, {}],
    ['what few of the sample have', sample, { regions: ['KR-11'] }],
    ['a level that none has', sample, { technologies: [{ technologyId: 't', level: 3 }] }],
    ['a grade that none has', sample, { certificate: { scheme: 'CSAP', grade: 'HIGH' } }],
    ['more than any has done', sample, { trackRecord: { projects: 20 } }],
    ['firms that are not available', sample, { available: false }],
    ['keys of a source', sample, { origin: { source: 's', externalIds: ['1'] } }],
    ['what is no word', sample, { text: '?!' }],
    ['nothing at all', sample, { kinds: [] }],
  ])('are not given for %s', (_, of, filter) => {
    expect(toldFrom(of, filter, today)).toBeNull();
    expect(toldCount(of, filter, today)).toBeNull();
  });

  it('never are of more than there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2_001, max: 2_000_000 }), (total) => {
        const told = toldFrom({ ...sample, total }, {}, today) ?? [];
        for (const { values } of told)
          expect(values.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(total);
      }),
    );
  });
});

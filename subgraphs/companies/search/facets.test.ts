import fc from 'fast-check';

import type { Sample } from './estimate.ts';
import { toldCount, toldFrom } from './facets.ts';

const kinds = ['IAAS', 'SAAS', 'SAAS', 'SAAS'];
const drawn = Array.from(
  { length: 4_000 },
  (_, index) => new Set([`kind:${kinds[index % 4]}`, 'size:SME', 'available:yes', '클라', '클']),
);
const states = drawn.map((_, index) => (index % 10 === 0 ? 'CLOSED' : 'APPROVED') as 'APPROVED');
const records = drawn.map((_, index) => ({ completed: index % 20, onTime: 9_000, rating: 4 }));
const sample: Sample = { total: 100_000, drawn, states, records };

describe('counts told from a sample', () => {
  it('are those of approved firms, as many times as there are more', () => {
    expect(toldFrom(sample, { kinds: ['SAAS'] })).toEqual([
      { name: 'KIND', estimated: true, values: [{ value: 'SAAS', count: 70_000 }] },
      { name: 'SECTOR', estimated: true, values: [] },
      { name: 'REGION', estimated: true, values: [] },
      { name: 'SIZE', estimated: true, values: [{ value: 'SME', count: 70_000 }] },
    ]);
  });

  it('are as many in all as there are of every kind', () => {
    expect(toldCount(sample, { kinds: ['SAAS'] })).toBe(70_000);
    expect(toldCount(sample, {})).toBe(90_000);
  });

  it('put the most frequent value first', () => {
    const [first] = toldFrom(sample, { text: '클라' }) ?? [];
    expect(first?.values.map(({ value }) => value)).toEqual(['SAAS', 'IAAS']);
  });

  it.each([
    ['few firms', { ...sample, total: 4_000 }, {}],
    ['what few of the sample have', sample, { regions: ['KR-11'] }],
    ['a letter that no term stands for', sample, { text: 'q' }],
    ['levels', sample, { technologies: [{ technologyId: 't' }] }],
    ['certificates', sample, { certificate: { scheme: 'CSAP' } }],
    ['what firms have done', sample, { trackRecord: { projects: 1 } }],
    ['other states', sample, { statuses: ['CLOSED' as const] }],
    ['firms that are not available', sample, { available: false }],
    ['nothing at all', sample, { kinds: [] }],
  ])('are not given for %s', (_, of, filter) => {
    expect(toldFrom(of, filter)).toBeNull();
    expect(toldCount(of, filter)).toBeNull();
  });

  it('never are of more than there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4_001, max: 2_000_000 }), (total) => {
        const told = toldFrom({ ...sample, total }, {}) ?? [];
        for (const { values } of told)
          expect(values.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(total);
      }),
    );
  });
});

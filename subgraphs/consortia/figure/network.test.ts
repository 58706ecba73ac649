import fc from 'fast-check';

import { networkOf } from './network.ts';

const team = (at: string, ...companyIds: string[]) => ({ at: new Date(at), companyIds });

describe('networkOf', () => {
  it('counts the projects of firms and pairs, with the first and the last', () => {
    const teams = [team('2025-01-01', 'b', 'a'), team('2024-01-01', 'a', 'b', 'c')];
    expect(networkOf(teams, 10)).toEqual({
      firms: [
        { companyId: 'a', projects: 2, partners: 2 },
        { companyId: 'b', projects: 2, partners: 2 },
        { companyId: 'c', projects: 1, partners: 2 },
      ],
      links: [
        {
          companyIds: ['a', 'b'],
          projects: 2,
          first: new Date('2024-01-01'),
          last: new Date('2025-01-01'),
        },
        expect.objectContaining({ companyIds: ['a', 'c'], projects: 1 }),
        expect.objectContaining({ companyIds: ['b', 'c'], projects: 1 }),
      ],
      leftOut: 0,
    });
  });

  it('leaves out whom there is no room for, and says how many', () => {
    const network = networkOf([team('2025-01-01', 'a', 'b', 'c'), team('2025-01-01', 'b')], 2);
    expect(network.firms.map(({ companyId }) => companyId)).toEqual(['b', 'a']);
    expect(network.links.map(({ companyIds }) => companyIds)).toEqual([['a', 'b']]);
    expect(network.leftOut).toBe(1);
    expect(networkOf([], 5)).toEqual({ firms: [], links: [], leftOut: 0 });
  });

  it('has as many partners as links, and is the same in any order of the teams', () => {
    const teams = fc.array(
      fc.record({
        at: fc.date({ noInvalidDate: true }),
        companyIds: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(teams, (given) => {
        const network = networkOf(given, 200);
        const partners = network.firms.reduce((sum, each) => sum + each.partners, 0);
        expect(partners).toBe(2 * network.links.length);
        expect(networkOf(given.toReversed(), 200)).toEqual(network);
      }),
    );
  });
});

import { requirementFaults } from './requirement.ts';

const requirement = {
  id: 'r',
  technologyId: 'mesh',
  leastLevel: 5,
  providers: 2,
  wishedProviders: 2,
  weight: 100,
  mandatory: true,
  certificateScheme: null,
  estimatedPrice: null,
};

describe('requirementFaults', () => {
  it.each([
    [{}, []],
    [{ providers: 21, wishedProviders: 21 }, ['PROVIDERS_RANGE 1-20 21']],
    [{ providers: 0, wishedProviders: 0 }, ['PROVIDERS_RANGE 1-20 0']],
    [{ wishedProviders: 1 }, ['WISHED_RANGE 2-20 1']],
    [{ wishedProviders: 21 }, ['WISHED_RANGE 2-20 21']],
    [{ providers: 21, wishedProviders: 1 }, ['PROVIDERS_RANGE 1-20 21', 'WISHED_RANGE 20-20 1']],
    [{ estimatedPrice: 1_000_000_000_001 }, ['PRICE_RANGE 0-1000000000000 1000000000001']],
  ])('of %j are told with a limit that can be met', (more, expected) => {
    const faults = requirementFaults({ ...requirement, ...more }, []);
    expect(faults.map(({ rule, limit, found }) => `${rule} ${limit} ${found}`)).toEqual(expected);
  });
});

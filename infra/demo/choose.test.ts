import fc from 'fast-check';

import { chooseRequirements, requirementCount, type SuppliedTechnology } from './choose.ts';

function technology(domain: number, index: number, able: number): SuppliedTechnology {
  return {
    id: `${domain}-${index}`,
    code: `map.d${domain}.t${index}`,
    name: { ko: null, en: `T${index}` },
    supply: { able },
  };
}

describe('chooseRequirements', () => {
  it('takes the best supplied technology of each domain before a second of any', () => {
    const technologies = Array.from({ length: 5 }, (_, domain) =>
      [3, 9, 5].map((able, index) => technology(domain, index, able)),
    ).flat();
    const chosen = chooseRequirements(technologies).map(({ technologyId }) => technologyId);
    expect(chosen).toEqual(['0-1', '1-1', '2-1', '3-1', '4-1', '0-2', '1-2', '2-2', '3-2', '4-2']);
  });

  it('never asks for more independent firms than are able, whatever the map', () => {
    const map = fc.uniqueArray(
      fc.record({ domain: fc.nat(12), index: fc.nat(1_000), able: fc.nat(50) }),
      { minLength: 40, maxLength: 80, selector: ({ domain, index }) => `${domain}-${index}` },
    );
    const fits = fc.property(map, (places) => {
      const technologies = places.map(({ domain, index, able }) => technology(domain, index, able));
      const able = new Map(technologies.map(({ id, supply }) => [id, supply.able]));
      if (technologies.filter(({ supply }) => supply.able >= 2).length < requirementCount)
        return true;
      const chosen = chooseRequirements(technologies);
      return (
        chosen.length === 10 &&
        chosen.every((each) => each.providers <= (able.get(each.technologyId) ?? 0))
      );
    });
    expect(fc.check(fits)).toMatchObject({ failed: false });
  });

  it('refuses a map that hardly anybody supplies', () => {
    expect(() => chooseRequirements([technology(1, 1, 9)])).toThrow(RangeError);
  });
});

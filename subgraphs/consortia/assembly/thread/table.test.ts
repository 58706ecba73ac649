import fc from 'fast-check';
import {
  capabilityRows,
  historyRows,
  packCapabilities,
  packHistory,
  type CapabilityColumns,
} from './table.ts';

const ids = ['firm-a', 'firm-b', 'firm-c'];
const technologies = ['storage', 'compute'];
const placeOf = new Map(ids.map((id, place) => [id, place]));
const technologyOf = new Map(technologies.map((id, place) => [id, place]));

const capabilities = fc.array(
  fc.record({
    candidateId: fc.constantFrom(...ids),
    technologyId: fc.constantFrom(...technologies),
    level: fc.integer({ min: 1, max: 9 }),
    verifiedLevel: fc.option(fc.integer({ min: 0, max: 9 })),
  }),
);
const history = fc.array(
  fc.record({
    a: fc.constantFrom(...ids),
    b: fc.constantFrom(...ids),
    strength: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);

const unpacked = (parts: readonly CapabilityColumns[]) => capabilityRows(parts, ids, technologies);

describe('columns', () => {
  it('give back the capabilities that were packed, part after part', () => {
    fc.assert(
      fc.property(fc.array(capabilities), (lists) => {
        const rows = unpacked(lists.map((list) => packCapabilities(list, placeOf, technologyOf)));
        expect([...rows]).toEqual(lists.flat());
        expect(rows.length).toBe(lists.flat().length);
      }),
    );
  });

  it('give back the history that was packed', () => {
    fc.assert(
      fc.property(history, (list) => {
        expect([...historyRows([packHistory(list, placeOf)], ids)]).toEqual(list);
      }),
    );
  });

  it('give the rows of some firms alone, of a pair those between two of them', () => {
    const some = fc.uniqueArray(fc.constantFrom(...ids, 'nobody'));
    fc.assert(
      fc.property(capabilities, history, some, (can, known, named) => {
        const wanted = new Set(named);
        const packed = [packCapabilities(can, placeOf, technologyOf)];
        expect([...(unpacked(packed).among?.(wanted) ?? [])]).toEqual(
          can.filter(({ candidateId }) => wanted.has(candidateId)),
        );
        const edges = historyRows([packHistory(known, placeOf)], ids);
        expect([...(edges.among?.(wanted) ?? [])]).toEqual(
          known.filter(({ a, b }) => wanted.has(a) && wanted.has(b)),
        );
      }),
    );
  });

  it('keep the place of a row whose firm is unknown, and name nobody', () => {
    const row = { candidateId: 'nobody', technologyId: 'storage', level: 5, verifiedLevel: null };
    expect([...unpacked([packCapabilities([row], placeOf, technologyOf)])]).toEqual([
      { ...row, candidateId: '' },
    ]);
  });

  it.each([-1, 10, 5.5, 255, 256, 265, Number.NaN, Number.POSITIVE_INFINITY])(
    'never turn the level %d into one that counts',
    (level) => {
      const row = { candidateId: 'firm-a', technologyId: 'storage', level, verifiedLevel: level };
      const [found] = unpacked([packCapabilities([row], placeOf, technologyOf)]);
      expect(found?.level).toBeGreaterThan(9);
      expect(found?.verifiedLevel).toBeGreaterThan(9);
    },
  );
});

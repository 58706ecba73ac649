import fc from 'fast-check';
import { buildAlliance } from './builder.ts';
import { packed } from './packing.ts';
import { kinds } from '../problem.ts';
import type { Candidate, Capability, History, StatedProblem } from '../problem.ts';

const ids = ['firm-c', 'firm-a', 'firm-b'];
const technologies = ['storage', 'compute'];

const won = fc.integer({ min: 0, max: 10_000_000_000 });
const firms = fc
  .tuple(
    ...ids.map((id) =>
      fc.record(
        {
          id: fc.constant(id),
          kinds: fc.uniqueArray(fc.constantFrom(...kinds)),
          isSme: fc.boolean(),
          region: fc.constantFrom('KR-11', 'KR-26', ''),
          isOutsideCapital: fc.boolean(),
          certificates: fc.uniqueArray(fc.constantFrom('CSAP', 'ISMS')),
          affiliateGroup: fc.option(fc.constantFrom('one', 'two')),
          capacity: fc.integer({ min: 0, max: 100 }),
          entryCostWon: won,
          requirementPriceWon: won,
          prices: fc.array(fc.record({ requirementId: fc.constantFrom('r', 's'), won })),
          trackRecord: fc.double({ min: 0, max: 1, noNaN: true }),
          isAvailable: fc.boolean(),
          isSanctioned: fc.boolean(),
          mayLead: fc.boolean(),
          proposedLately: fc.integer({ min: 0, max: 50 }),
        },
        {
          requiredKeys: [
            ...(['id', 'kinds', 'isSme', 'region', 'isOutsideCapital', 'certificates'] as const),
            ...(['affiliateGroup', 'capacity', 'entryCostWon', 'requirementPriceWon'] as const),
            ...(['trackRecord', 'isAvailable', 'isSanctioned', 'proposedLately'] as const),
          ],
        },
      ),
    ),
  )
  .map((list): Candidate[] => list);
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

function stated(
  candidates: readonly Candidate[],
  can: readonly Capability[],
  known: readonly History[] = [],
): StatedProblem {
  return {
    candidates,
    capabilities: can,
    history: known,
    requirements: technologies.map((technologyId) => ({
      id: technologyId,
      technologyId,
      leastLevel: 1,
      must: 0,
      want: 1,
      weight: 1,
      certificate: null,
    })),
    constraints: {
      leadKinds: [],
      leadId: null,
      minPartners: 0,
      maxPartners: 3,
      budgetWon: null,
    },
  };
}

const somebody = (id: string): Candidate => ({
  id,
  kinds: [],
  isSme: false,
  region: '',
  isOutsideCapital: false,
  certificates: [],
  affiliateGroup: null,
  capacity: 1,
  entryCostWon: 0,
  requirementPriceWon: 0,
  trackRecord: 0,
  isAvailable: true,
  isSanctioned: false,
});

describe('columns', () => {
  it('give back the firms, capabilities and history that were packed', () => {
    fc.assert(
      fc.property(firms, capabilities, history, (candidates, can, known) => {
        const tables = packed(stated(candidates, can, known));
        expect([...tables.candidates]).toEqual(candidates);
        expect([...tables.capabilities]).toEqual(can);
        expect([...tables.history]).toEqual(known);
        expect(
          [tables.candidates, tables.capabilities, tables.history].map((t) => t.length),
        ).toEqual([candidates.length, can.length, known.length]);
      }),
    );
  });

  it('give the rows of some firms alone, of a pair those between two of them', () => {
    const some = fc.uniqueArray(fc.constantFrom(...ids, 'nobody'));
    fc.assert(
      fc.property(firms, capabilities, history, some, (candidates, can, known, named) => {
        const wanted = new Set(named);
        const tables = packed(stated(candidates, can, known));
        expect([...(tables.candidates.among?.(wanted) ?? [])]).toEqual(
          candidates.filter(({ id }) => wanted.has(id)),
        );
        expect([...(tables.capabilities.among?.(wanted) ?? [])]).toEqual(
          can.filter(({ candidateId }) => wanted.has(candidateId)),
        );
        expect([...(tables.history.among?.(wanted) ?? [])]).toEqual(
          known.filter(({ a, b }) => wanted.has(a) && wanted.has(b)),
        );
      }),
    );
  });

  it('are taken as they are where a problem has them', () => {
    const problem = packed(stated([somebody('firm-a')], []));
    expect(packed(problem)).toBe(problem);
  });

  it('grow as rows come in', () => {
    const builder = buildAlliance();
    for (let index = 0; index < 5_000; index++) builder.addFirm(somebody(`firm-${index}`));
    builder.regroup(4_999, 'group');
    const { candidates } = builder.finish();
    const list = [...candidates];
    expect(list.map(({ id }) => id)).toEqual(list.map((_, index) => `firm-${index}`));
    expect(list.filter(({ affiliateGroup }) => affiliateGroup !== null)).toEqual([
      { ...somebody('firm-4999'), affiliateGroup: 'group', proposedLately: 0 },
    ]);
  });

  it('keep the place of a row whose firm is unknown, and name nobody', () => {
    const row = { candidateId: 'nobody', technologyId: 'storage', level: 5, verifiedLevel: null };
    expect([...packed(stated([], [row])).capabilities]).toEqual([{ ...row, candidateId: '' }]);
  });

  it.each([-1, 10, 5.5, 255, 256, 265, Number.NaN, Number.POSITIVE_INFINITY])(
    'never turn the level %d into one that counts',
    (level) => {
      const row = { candidateId: 'firm-a', technologyId: 'storage', level, verifiedLevel: level };
      const [found] = [...packed(stated([somebody('firm-a')], [row])).capabilities];
      expect(found?.level).toBeGreaterThan(9);
      expect(found?.verifiedLevel).toBeGreaterThan(9);
    },
  );
});

import fc from 'fast-check';

import type { TechnologyRecord } from '../technology/technology.model.ts';
import { newTechnology } from '../technology/technology.ts';
import { planImport, type Plan, type Standing, type TechnologyRow } from './import-plan.ts';
import { placementId, type PlacementRecord } from './placement.model.ts';

const nothing: Standing = {
  mapId: 'map',
  byCode: [],
  byOrigin: [],
  placements: [],
  children: new Map(),
};

function row(
  code: string,
  parentCode: string | null,
  given: Partial<TechnologyRow> = {},
): TechnologyRow {
  return {
    code,
    parentCode,
    kind: parentCode === null ? 'DOMAIN' : 'AREA',
    name: { en: code },
    ...given,
  };
}

/** What stands after a plan was carried out. */
function standingAfter({ fresh, created, changed, shifted }: Plan): Standing {
  const nodes = [...created, ...changed, ...shifted];
  const technologies: TechnologyRecord[] = fresh.map(({ technologyId, placed, externalId }) =>
    newTechnology(technologyId, 'map', placed, { source: 'test', externalId }),
  );
  const placements: PlacementRecord[] = nodes.map(({ technologyId, placed }) => ({
    ...placed,
    _id: placementId('version', technologyId),
    versionId: 'version',
    technologyId,
    revision: 1,
  }));
  const children = Map.groupBy(placements, ({ parentId }) => parentId);
  return {
    mapId: 'map',
    byCode: technologies,
    byOrigin: technologies,
    placements,
    children: new Map([...children].map(([id, own]) => [id, own.length])),
  };
}

const rules = ({ problems }: Plan) =>
  problems.map(({ path, code, rule }) => [path.join('.'), code, rule]);

describe('planning an import', () => {
  it('lays parents before children, whatever the order of rows', () => {
    const plan = planImport([row('a.b.c', 'a.b'), row('a.b', 'a'), row('a', null)], nothing);
    expect(plan.problems).toEqual([]);
    const paths = plan.created.map(({ placed }) => [placed.code, placed.ancestorIds.length]);
    expect(Object.fromEntries(paths)).toEqual({ a: 0, 'a.b': 1, 'a.b.c': 2 });
  });

  it('changes nothing when it is repeated', () => {
    const codes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 });
    fc.assert(
      fc.property(codes, fc.array(fc.nat(5), { minLength: 6, maxLength: 6 }), (own, parents) => {
        const rows = own.map((code, index) =>
          row(code, index === 0 ? null : (own[(parents[index] ?? 0) % index] ?? null)),
        );
        const first = planImport(rows, nothing);
        expect(first.problems).toEqual([]);
        const second = planImport(rows.toReversed(), standingAfter(first));
        expect(second).toMatchObject({ created: [], changed: [], shifted: [], problems: [] });
        expect(second.unchanged).toBe(rows.length);
      }),
    );
  });

  it('moves what stands below along with a row that moves', () => {
    const first = planImport(
      [row('a', null), row('a.b', 'a'), row('a.b.c', 'a.b'), row('z', null)],
      nothing,
    );
    const second = planImport([row('a.b', 'z')], standingAfter(first));
    const [moved] = second.changed;
    const [shifted] = second.shifted;
    const z = first.created.find(({ placed }) => placed.code === 'z');
    expect(moved?.placed.ancestorIds).toEqual([z?.technologyId]);
    expect(shifted?.placed.ancestorIds).toEqual([z?.technologyId, moved?.technologyId]);
    expect(second.created).toEqual([]);
  });

  it('leaves out rows that stand below each other in a circle, and those below them', () => {
    const plan = planImport(
      [row('a', 'b'), row('b', 'a'), row('b.c', 'b'), row('d', null)],
      nothing,
    );
    expect(rules(plan)).toEqual([
      ['rows.1.parentCode', 'INVALID', 'TREE_HAS_NO_CYCLE'],
      ['rows.0.parentCode', 'NOT_FOUND', undefined],
      ['rows.2.parentCode', 'NOT_FOUND', undefined],
    ]);
    expect(plan.created.map(({ placed }) => placed.code)).toEqual(['d']);
  });

  it('refuses to move a technology below itself', () => {
    const first = planImport([row('a', null), row('a.b', 'a'), row('a.b.c', 'a.b')], nothing);
    const second = planImport([row('a.b', 'a.b.c')], standingAfter(first));
    expect(rules(second)).toEqual([['rows.0.parentCode', 'INVALID', 'TREE_HAS_NO_CYCLE']]);
    expect(second.changed).toEqual([]);
  });

  it('tells each fault of a row, and does the others', () => {
    const plan = planImport(
      [
        row('a', null),
        row('a', null),
        row('B!', null),
        row('a.x', 'a', { name: {} }),
        row('a.y', 'nowhere'),
        row('a.z', 'a', { kind: 'DOMAIN' }),
        row('top', null, { kind: 'AREA' }),
      ],
      nothing,
    );
    expect(rules(plan)).toEqual([
      ['rows.1.code', 'TAKEN', undefined],
      ['rows.2.code', 'INVALID', 'CODE_HAS_FORM'],
      ['rows.3.name', 'INVALID', undefined],
      ['rows.4.parentCode', 'NOT_FOUND', undefined],
      ['rows.5.parentCode', 'INVALID', 'KIND_FITS_PLACE'],
      ['rows.6.parentCode', 'INVALID', 'KIND_FITS_PLACE'],
    ]);
    expect(plan.created).toHaveLength(1);
  });

  it('knows a technology again by its id at the source, whose code never changes', () => {
    const first = planImport([row('a', null, { externalId: '17' })], nothing);
    const standing = standingAfter(first);
    const renamed = planImport(
      [row('a', null, { externalId: '17', name: { en: 'New' } })],
      standing,
    );
    expect(renamed.changed.map(({ placed }) => placed.name.en)).toEqual(['New']);
    const recoded = planImport([row('b', null, { externalId: '17' })], standing);
    expect(rules(recoded)).toEqual([['rows.0.code', 'INVALID', 'CODE_IS_STABLE']]);
    const foreign = planImport([row('a', null)], { ...standing, mapId: 'another', byOrigin: [] });
    expect(rules(foreign)).toEqual([['rows.0.code', 'TAKEN', undefined]]);
  });
});

/** Importing technologies and capabilities: rows that fail are told, repeats change nothing, a dry run neither. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { someone } from '../service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';

let world: TechmapsWorld;

beforeAll(async () => {
  world = await startTechmaps();
  await world.mutate(world.operator, 'createTechMap', { code: 'cncf', name: { en: 'CNCF' } });
  await world.firms('hanbit', 'saebyeok');
});
afterAll(() => world.stop());

const counts = 'created updated unchanged';

function bring(input: object): Promise<Payload> {
  return world.mutate(
    world.operator,
    'importTechnologies',
    { mapCode: 'cncf', source: 'landscape', ...input },
    `${counts} version { number size }`,
  );
}

const rows = [
  { code: 'cncf.runtime', kind: 'DOMAIN', name: { en: 'Runtime' } },
  {
    code: 'cncf.runtime.container',
    parentCode: 'cncf.runtime',
    kind: 'AREA',
    name: { en: 'Container runtime' },
  },
  {
    code: 'cncf.runtime.container.containerd',
    parentCode: 'cncf.runtime.container',
    kind: 'TECHNOLOGY',
    name: { en: 'containerd' },
    links: [{ url: 'https://containerd.io' }],
  },
];

describe('importing technologies', () => {
  it('only tells what it would do in a dry run', async () => {
    const dry = await bring({ rows, dryRun: true });
    expect(dry).toMatchObject({
      created: 3,
      updated: 0,
      unchanged: 0,
      problems: [],
      version: { size: 0 },
    });
    const map = await world.ask(world.operator, '{ techMap(code: "cncf") { draft { size } } }');
    expect(map['draft'].size).toBe(0);
  });

  it('does sound rows, tells the others, and changes nothing when repeated', async () => {
    const bad = {
      code: 'cncf.runtime.x',
      parentCode: 'cncf.nowhere',
      kind: 'AREA',
      name: { en: 'X' },
    };
    const first = await bring({ rows: [...rows, bad] });
    expect(first).toMatchObject({
      created: 3,
      updated: 0,
      unchanged: 0,
      version: { number: 1, size: 3 },
      problems: [{ code: 'NOT_FOUND', path: ['rows', '3', 'parentCode'] }],
    });
    expect(await bring({ rows })).toMatchObject({
      created: 0,
      updated: 0,
      unchanged: 3,
      problems: [],
    });
    const later = [
      { code: 'cncf.runtime', kind: 'DOMAIN', name: { en: 'Runtime', ko: '런타임' } },
      {
        code: 'cncf.runtime.container.crio',
        parentCode: 'cncf.runtime.container',
        kind: 'TECHNOLOGY',
        name: { en: 'CRI-O' },
      },
    ];
    expect(await bring({ rows: later })).toMatchObject({
      created: 1,
      updated: 1,
      unchanged: 0,
      version: { size: 4 },
    });
  });

  it('opens the next draft by itself when the map was published, and none for a repeat', async () => {
    const { id, draft } = await world.ask(
      world.operator,
      '{ techMap(code: "cncf") { id draft { revision } } }',
    );
    const published = await world.mutate(world.secretariat, 'publishTechMapVersion', {
      mapId: id,
      revision: draft.revision,
    });
    expect(published['problems']).toEqual([]);
    expect(await bring({ rows: rows.slice(1) })).toMatchObject({ unchanged: 2, version: null });
    const changed = [{ ...rows[2], core: true }];
    expect(await bring({ rows: changed, dryRun: true })).toMatchObject({
      updated: 1,
      version: null,
    });
    expect(await bring({ rows: changed })).toMatchObject({
      updated: 1,
      version: { number: 2, size: 4 },
    });
    const shown = await world.ask(
      someone,
      '{ technology(code: "cncf.runtime.container.containerd") { core links { url } } }',
    );
    expect(shown).toEqual({ core: false, links: [{ url: 'https://containerd.io' }] });
  });

  it('is refused as a whole for an unknown map, no source, or too many rows', async () => {
    expect((await bring({ rows, mapCode: 'nothing' }))['problems']).toMatchObject([
      { code: 'NOT_FOUND', path: ['mapCode'] },
    ]);
    const many = Array.from({ length: 501 }, () => rows[0]);
    expect(await bring({ rows: many, source: ' ' })).toMatchObject({
      created: null,
      problems: [
        { code: 'INVALID', path: ['source'] },
        { code: 'LIMIT_REACHED', path: ['rows'], limit: '500', found: '501' },
      ],
    });
  });
});

function lay(input: object): Promise<Payload> {
  return world.mutate(
    world.operator,
    'importCapabilities',
    { source: 'landscape', ...input },
    counts,
  );
}

describe('importing capabilities', () => {
  const own = [
    { companyId: 'hanbit', technologyCode: 'cncf.runtime.container', level: 7 },
    {
      companyId: 'hanbit',
      technologyCode: 'cncf.runtime.container.crio',
      level: 9,
      evidence: [{ kind: 'PROJECT', title: 'CRI-O' }],
    },
    { companyId: 'saebyeok', technologyCode: 'cncf.runtime.container', level: 4 },
  ];
  const firms = '{ technology(code: "cncf.runtime.container") { supply { firms } } }';

  it('adds rows to each company’s map, tells those that fail, and changes nothing when repeated', async () => {
    expect(await lay({ rows: own, dryRun: true })).toMatchObject({ created: 3, problems: [] });
    expect(await world.ask(someone, firms)).toEqual({ supply: { firms: 0 } });
    const bad = [
      { companyId: 'nobody', technologyCode: 'cncf.runtime.container', level: 7 },
      { companyId: 'hanbit', technologyCode: 'cncf.runtime.unknown', level: 17 },
      own[0],
    ];
    expect(await lay({ rows: [...own, ...bad] })).toMatchObject({
      created: 3,
      updated: 0,
      unchanged: 0,
      problems: [
        { code: 'NOT_FOUND', path: ['rows', '3', 'companyId'], rule: 'COMPANY_TAKES_PART' },
        { code: 'NOT_FOUND', path: ['rows', '4', 'technologyCode'] },
        { code: 'INVALID', path: ['rows', '4', 'level'], rule: 'LEVEL_IS_TRL', found: '17' },
        { code: 'INVALID', path: ['rows', '5', 'technologyCode'], rule: 'TECHNOLOGY_ONCE' },
      ],
    });
    await world.service.caughtUp();
    expect(await world.ask(someone, firms)).toEqual({ supply: { firms: 2 } });
    expect(await lay({ rows: own })).toMatchObject({ created: 0, updated: 0, unchanged: 3 });
    expect(await lay({ rows: [{ ...own[2], level: 5 }] })).toMatchObject({
      updated: 1,
      unchanged: 0,
    });
    const map =
      '{ _entities(representations: [{ __typename: "Company", id: "hanbit" }]) { ... on Company { capabilityMap { revision entries { technology { code } level } } } } }';
    expect(await world.ask(someone, map)).toEqual([
      {
        capabilityMap: {
          revision: 1,
          entries: [
            { technology: { code: 'cncf.runtime.container' }, level: 7 },
            { technology: { code: 'cncf.runtime.container.crio' }, level: 9 },
          ],
        },
      },
    ]);
  });
});

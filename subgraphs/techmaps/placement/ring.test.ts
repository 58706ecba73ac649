/** What technologies of a draft require of each other. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { connect } from '#kit/mongo.ts';
import { placementsOf } from './placement.model.ts';
import {
  startTechmaps,
  type Payload,
  type TechmapsWorld,
} from '../../../test/techmaps/techmaps.ts';

let world: TechmapsWorld;

beforeAll(async () => {
  world = await startTechmaps();
});
afterAll(() => world.stop());

/** Opens a new draft of a map with three technologies. */
async function draftOf(code: string) {
  const map = await world.map(code, [`${code} DOMAIN`, `${code}.a`, `${code}.b`, `${code}.c`]);
  const { revision } = await world.ask(
    world.secretariat,
    `{ techMap(code: "${code}") { revision } }`,
  );
  const input = { mapId: map.id, revision };
  const { problems } = await world.mutate(world.secretariat, 'draftTechMapVersion', input);
  expect(problems).toEqual([]);
  return map;
}

async function require(technologyId: string | undefined, revision: number, change: object) {
  const input = { technologyId, revision, ...change };
  const { problems } = await world.mutate(world.secretariat, 'updateTechnology', input);
  return problems as Payload[];
}

async function publish(code: string, mapId: string): Promise<Payload[]> {
  const { draft } = await world.ask(
    world.secretariat,
    `{ techMap(code: "${code}") { draft { revision } } }`,
  );
  const input = { mapId, revision: draft.revision };
  const { problems } = await world.mutate(world.secretariat, 'publishTechMapVersion', input);
  return problems as Payload[];
}

describe('a requirement', () => {
  it('is refused when it closes a ring, however long, and stands otherwise', async () => {
    const { id, ids } = await draftOf('ring');
    const [a, b, c] = [ids['ring.a'], ids['ring.b'], ids['ring.c']];
    expect(await require(a, 1, { requires: [b] })).toEqual([]);
    expect(await require(b, 1, { requires: [c, a] })).toMatchObject([
      {
        code: 'INVALID',
        path: ['requires', '1'],
        rule: 'REQUIRES_HAS_NO_CYCLE',
        found: 'ring.b > ring.a > ring.b',
      },
    ]);
    expect(await require(b, 1, { requires: [c] })).toEqual([]);
    expect(await require(c, 1, { requires: [a] })).toMatchObject([
      { path: ['requires', '0'], found: 'ring.c > ring.a > ring.b > ring.c' },
    ]);
    expect(await require(c, 1, { requires: [c] })).toMatchObject([
      { code: 'INVALID', path: ['requires', '0'], rule: null },
    ]);
    // Alternatives go both ways.
    expect(await require(c, 1, { alternatives: [a] })).toEqual([]);
    // What is taken back no longer closes a ring.
    expect(await require(a, 2, { requires: [] })).toEqual([]);
    expect(await require(c, 2, { requires: [a] })).toEqual([]);
    expect(await publish('ring', id)).toEqual([]);
  });

  it('keeps a draft that came to have a ring from being published until it is undone', async () => {
    const { id, ids } = await draftOf('old');
    const [a, b] = [ids['old.a'], ids['old.b']];
    expect(await require(a, 1, { requires: [b] })).toEqual([]);
    // As it was accepted before rings were refused.
    const connection = await connect(world.uri, 'oca_techmaps');
    const { draft } = await world.ask(
      world.secretariat,
      '{ techMap(code: "old") { draft { id } } }',
    );
    await placementsOf(connection).updateOne(
      { versionId: draft.id, technologyId: String(b) },
      { $set: { requires: [String(a)] } },
    );
    await connection.close();
    expect(await publish('old', id)).toMatchObject([
      {
        code: 'INVALID',
        path: ['mapId'],
        rule: 'REQUIRES_HAS_NO_CYCLE',
        found: 'old.a > old.b > old.a',
      },
    ]);
    expect(await require(b, 1, { name: { en: 'Still changed' } })).toEqual([]);
    expect(await require(b, 2, { requires: [] })).toEqual([]);
    expect(await publish('old', id)).toEqual([]);
  });
});

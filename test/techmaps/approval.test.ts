/** What becomes of a map that a firm published before it was approved. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Viewer } from '#kit/viewer.ts';
import { someone } from '../service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';
import { tellFirms } from '../told.ts';

let world: TechmapsWorld;

beforeAll(async () => {
  world = await startTechmaps();
});
afterAll(() => world.stop());

async function publish(companyId: string, revision: number, capabilities: object[]) {
  const input = { companyId, revision, capabilities };
  const { problems } = await world.mutate(world.editor(companyId), 'publishCapabilities', input);
  expect(problems).toEqual([]);
}

async function supplyOf(code: string): Promise<{ firms: number; levels: Record<number, number> }> {
  await world.service.caughtUp();
  const [supply] = (await world.ask(
    someone,
    'query ($code: String!) { supply(technologyCodes: [$code]) { firms levels { level firms } } }',
    { code },
  )) as Payload[];
  const levels = (supply?.['levels'] ?? []) as { level: number; firms: number }[];
  const there = levels.filter(({ firms }) => firms > 0).map(({ level, firms }) => [level, firms]);
  return { firms: supply?.['firms'], levels: Object.fromEntries(there) };
}

describe('a capability map', () => {
  it('of a firm that waits for approval counts and is seen by others only once it is approved', async () => {
    await world.map('pend', ['pend DOMAIN', 'pend.a AREA']);
    await tellFirms(world.uri, { applicant: { status: 'PENDING' } });
    await world.firms('settled');
    await publish('settled', 0, [{ technologyCode: 'pend.a', level: 4 }]);
    await publish('applicant', 0, [{ technologyCode: 'pend.a', level: 6 }]);
    const listed = async () => [
      await world.ask(someone, '{ technology(code: "pend.a") { capabilities { totalCount } } }'),
      await world.ask(
        someone,
        '{ capabilities(filter: { companyIds: ["applicant"] }) { totalCount } }',
      ),
      await world.ask(
        someone,
        '{ capabilityComparison(from: { companyId: "settled" }, to: { companyId: "applicant" }) { same } }',
      ),
    ];
    const unseen = [{ capabilities: { totalCount: 1 } }, { totalCount: 0 }, null];
    // Not even for the moment between publishing and counting.
    expect(await listed()).toEqual(unseen);
    expect(await supplyOf('pend.a')).toEqual({ firms: 1, levels: { 4: 1 } });
    expect(await listed()).toEqual(unseen);

    const whole =
      '{ _entities(representations: [{ __typename: "Company", id: "applicant" }]) { ... on Company { capabilityMap { revision } capabilityMaps { totalCount } capabilities { edges { node { id } } } similar { shared } } } }';
    const mapOf = async (viewer: Viewer) => ((await world.ask(viewer, whole)) as Payload[])[0];
    const hidden = {
      capabilityMap: null,
      capabilityMaps: { totalCount: 0 },
      capabilities: { edges: [] },
      similar: [],
    };
    const shown = {
      capabilityMap: { revision: 1 },
      capabilityMaps: { totalCount: 1 },
      capabilities: { edges: [{ node: { id: expect.any(String) } }] },
      similar: [{ shared: 1 }],
    };
    expect(await mapOf(someone)).toEqual(hidden);
    expect(await mapOf(world.editor('settled'))).toEqual(hidden);
    expect(await mapOf(world.editor('applicant'))).toEqual(shown);
    const own = await mapOf(world.secretariat);
    expect(own).toEqual(shown);
    const capability = `{ _entities(representations: [{ __typename: "Capability", id: "${own?.['capabilities'].edges[0].node.id}" }]) { ... on Capability { level } } }`;
    expect(await world.ask(someone, capability)).toEqual([null]);
    expect(await world.ask(world.editor('applicant'), capability)).toEqual([{ level: 6 }]);

    await world.firms('applicant');
    expect(await supplyOf('pend.a')).toEqual({ firms: 2, levels: { 4: 1, 6: 1 } });
    expect(await listed()).toEqual([
      { capabilities: { totalCount: 2 } },
      { totalCount: 1 },
      { same: 0 },
    ]);
    expect(await mapOf(someone)).toEqual(shown);
    expect(await world.ask(someone, capability)).toEqual([{ level: 6 }]);

    await tellFirms(world.uri, { applicant: { status: 'CLOSED' } });
    expect(await supplyOf('pend.a')).toEqual({ firms: 1, levels: { 4: 1 } });
    expect(await mapOf(someone)).toEqual(hidden);
  });
});

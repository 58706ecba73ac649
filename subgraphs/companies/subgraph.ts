import { admitted } from '#kit/access.ts';
import { factsOf, follow, positionsOf } from '#kit/facts.ts';
import { newId } from '#kit/id.ts';
import { connect, prepare } from '#kit/mongo.ts';
import type { Subgraph } from '#kit/subgraph.ts';
import { visitor } from '#kit/viewer.ts';
import { subgraphSdl } from '#schema/sdl.ts';
import { bringFirstOperator } from './account/first-operator.ts';
import { readCompaniesConfig } from './config.ts';
import { openWakes } from './consultation/wakes.ts';
import { collectionsOf, createContext, modelsOf } from './context.ts';
import { bringLikenesses } from './double/double.ts';
import { bringStandings } from './figure/standing.ts';
import { ownAccess } from './member/claims.ts';
import { resolvers } from './resolvers.ts';
import { startRounds } from './round/rounds.ts';
import { bringPairs } from './search/bring-pairs.ts';
import { applyMaps, applyProjects } from './search/reputation.ts';
import { seedSectors, tellUntoldSectors } from './sector/sector.ts';

/** Companies: who the firms and people of the alliance are. */
export const companies: Subgraph = {
  name: 'companies',
  sdl: await subgraphSdl('companies'),
  resolvers,
  start: async ({ mongoUri, environment, log }) => {
    const config = readCompaniesConfig(environment);
    const connection = await connect(mongoUri, 'oca_companies');
    await prepare(collectionsOf(connection));
    const own = createContext(connection, config, visitor(newId()), { log });
    await seedSectors(own);
    await tellUntoldSectors(own);
    await bringFirstOperator(own);
    await bringStandings(own);
    await bringLikenesses(own);
    await bringPairs(own);
    const rounds = startRounds(own, log);
    const wakes = await openWakes(modelsOf(connection).consultationMessages, log);
    const positions = positionsOf(connection);
    const techmaps = await connect(mongoUri, 'oca_techmaps');
    const consortia = await connect(mongoUri, 'oca_consortia');
    await prepare([factsOf(techmaps), factsOf(consortia)]);
    const followers = [
      await follow({
        from: 'techmaps',
        source: factsOf(techmaps),
        kinds: ['capabilityMap'],
        positions,
        apply: (facts) => applyMaps(own, facts),
        log,
      }),
      await follow({
        from: 'consortia',
        source: factsOf(consortia),
        kinds: ['project'],
        positions,
        apply: (facts) => applyProjects(own, facts),
        log,
      }),
    ];
    return {
      createContext: async (viewer) =>
        createContext(connection, config, await admitted(viewer, ownAccess(own)), { wakes, log }),
      caughtUp: async () => {
        for (const follower of followers) await follower.caughtUp();
      },
      stop: async () => {
        for (const follower of followers) await follower.stop();
        await wakes.stop();
        await rounds.stop();
        await techmaps.close();
        await consortia.close();
        await connection.close();
      },
    };
  },
};

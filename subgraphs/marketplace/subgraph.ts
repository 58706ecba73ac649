import { admitted, toldAccess } from '#kit/access.ts';
import { factsOf, heard } from '#kit/facts.ts';
import { connect, prepare } from '#kit/mongo.ts';
import type { Runtime, Service, Subgraph } from '#kit/subgraph.ts';
import { subgraphSdl } from '#schema/sdl.ts';
import { readMarketplaceConfig } from './config.ts';
import { collectionsOf, createContext, modelsOf } from './context.ts';
import { startFollowing } from './following/following.ts';
import { seedMarketplaces } from './marketplace/marketplace.ts';
import { seedTerms } from './review/terms.ts';
import { resolvers } from './resolvers.ts';

/** Marketplace: the catalogue of services, and where in the world they are listed. */
export const marketplace: Subgraph = {
  name: 'marketplace',
  sdl: await subgraphSdl('marketplace'),
  resolvers,
  start,
};

async function start({ mongoUri, environment, log }: Runtime): Promise<Service> {
  const config = readMarketplaceConfig(environment);
  const connection = await connect(mongoUri, 'oca_marketplace');
  const companies = await connect(mongoUri, 'oca_companies');
  const techmaps = await connect(mongoUri, 'oca_techmaps');
  const consortia = await connect(mongoUri, 'oca_consortia');
  await prepare(collectionsOf(connection));
  // A stream can only be opened on a collection that is there, whoever starts first.
  await prepare([factsOf(companies), factsOf(techmaps), factsOf(consortia)]);
  const { marketplaces, terms } = modelsOf(connection);
  await seedMarketplaces(marketplaces);
  await seedTerms(terms);
  const followers = await startFollowing(connection, { companies, techmaps, consortia }, log);
  return {
    createContext: async (viewer) =>
      createContext(connection, await admitted(viewer, toldAccess(connection)), {
        ...config,
        heard: () => heard(followers),
      }),
    caughtUp: async () => {
      for (const follower of followers) await follower.caughtUp();
    },
    stop: async () => {
      for (const follower of followers) await follower.stop();
      for (const each of [connection, companies, techmaps, consortia]) await each.close();
    },
  };
}

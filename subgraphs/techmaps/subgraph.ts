import { factsOf, follow, positionsOf } from '#kit/facts.ts';
import { ticketsOf } from '#kit/answer.ts';
import { connect, prepare } from '#kit/mongo.ts';
import type { Subgraph } from '#kit/subgraph.ts';
import { subgraphSdl } from '#schema/sdl.ts';

import { applyCompanyFacts } from './company/company.ts';
import { readTechmapsConfig } from './config.ts';
import { createContext, modelsOf } from './context.ts';
import { resolvers } from './resolvers.ts';
import { startRecounter } from './supply/recounter.ts';

/** The face of the techmaps subgraph. */
export const techmaps: Subgraph = {
  name: 'techmaps',
  sdl: await subgraphSdl('techmaps'),
  resolvers,
  async start({ mongoUri, environment, log }) {
    const config = readTechmapsConfig(environment);
    const connection = await connect(mongoUri, 'oca_techmaps');
    const companies = await connect(mongoUri, 'oca_companies');
    const models = modelsOf(connection);
    await prepare([...Object.values(models), ticketsOf(connection), positionsOf(connection)]);
    const counting = { connection, ...models };
    const recounter = startRecounter(counting, log);
    const follower = await follow({
      from: 'companies',
      source: factsOf(companies),
      kinds: ['company'],
      positions: positionsOf(connection),
      apply: (facts) => applyCompanyFacts(counting, facts),
      log,
    });
    return {
      createContext: (viewer) => createContext({ connection, config, recounter }, viewer),
      caughtUp: async () => {
        await follower.caughtUp();
        await recounter.idle();
      },
      stop: async () => {
        await follower.stop();
        await recounter.stop();
        await connection.close();
        await companies.close();
      },
    };
  },
};

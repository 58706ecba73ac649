/** Consortia: programmes, calls, projects, and the firms that carry them out. */
import { accessOf, admitted, applyAccess, toldAccess } from '#kit/access.ts';
import { answerModelsOf } from '#kit/answer.ts';
import { applyFacts, byKind, factsOf, follow, positionsOf } from '#kit/facts.ts';
import { applyKnown, knownOf } from '#kit/known.ts';
import { connect, prepare } from '#kit/mongo.ts';
import { applyErasures } from '#kit/person.ts';
import { arrivalOf } from '#kit/viewer.ts';
import type { Runtime, Service, Subgraph } from '#kit/subgraph.ts';
import { subgraphSdl } from '#schema/sdl.ts';
import { ensureTemplate } from './agreement/template.ts';
import { readConsortiaConfig } from './config.ts';
import { catchUpWithMergers, followMergers } from './consortium/merger.ts';
import { createContext, modelsOf } from './context.ts';
import { applyFirmFacts } from './pool/firm.ts';
import { alsoForMerged } from './pool/merged.ts';
import { solverQueue } from './proposal/queue.ts';
import { tellOpenProjects } from './project/open.ts';
import { followSuccessions } from './project/succession.ts';
import { openSearches } from './proposal/searches.ts';
import { traces } from './person/person.ts';
import { resolvers } from './resolvers.ts';
import { fileStore } from '#kit/file-store.ts';

/** Opens the database, follows companies and technology maps. */
async function start({ mongoUri, environment, log }: Runtime): Promise<Service> {
  const config = readConsortiaConfig(environment);
  const connection = await connect(mongoUri, 'oca_consortia');
  const companies = await connect(mongoUri, 'oca_companies');
  const techmaps = await connect(mongoUri, 'oca_techmaps');
  const models = modelsOf(connection);
  const positions = positionsOf(connection);
  await prepare([
    ...Object.values(models),
    ...answerModelsOf(connection),
    positions,
    accessOf(connection),
    knownOf(connection),
  ]);
  await ensureTemplate(models.templates);
  await tellOpenProjects({ connection, ...models });
  await catchUpWithMergers(connection, models);
  // A stream can only be opened on a collection that is there, whoever starts first.
  await prepare([factsOf(companies), factsOf(techmaps)]);
  const lines = [
    await follow({
      from: 'companies',
      source: factsOf(companies),
      kinds: ['company', 'sector', 'access', 'erasure'],
      positions,
      apply: byKind({
        company: async (facts) => {
          await applyFirmFacts(models.firms, facts);
          await followMergers(connection, models, facts);
        },
        sector: (facts) => applyKnown(connection, facts),
        access: (facts) => applyAccess(connection, facts),
        erasure: (facts) => applyErasures(connection, traces, facts),
      }),
      log,
    }),
    await follow({
      from: 'techmaps',
      source: factsOf(techmaps),
      kinds: ['technology', 'capabilityMap'],
      positions,
      apply: async (facts) => {
        const technologies = facts.filter(({ kind }) => kind === 'technology');
        await applyFacts(models.technologies, technologies);
        await followSuccessions({ connection, ...models }, technologies);
        await applyFirmFacts(
          models.firms,
          facts.filter(({ kind }) => kind === 'capabilityMap'),
        );
      },
      log,
    }),
  ];
  const house = {
    connection,
    config,
    solver: solverQueue(config.ASSEMBLIES_AT_ONCE),
    searches: await openSearches(models.assemblies, log),
    store: fileStore(config),
    log,
  };
  return {
    createContext: async (viewer) => {
      // What was sent in time is in time, however long the way from the gateway and the look-ups below take.
      const arrivedAt = arrivalOf(viewer, new Date());
      const left = await admitted(viewer, toldAccess(connection));
      return createContext(house, await alsoForMerged(models.firms, left), arrivedAt);
    },
    caughtUp: async () => {
      await Promise.all(lines.map((line) => line.caughtUp()));
    },
    stop: async () => {
      await house.searches.stop();
      await Promise.all(lines.map((line) => line.stop()));
      await Promise.all([connection, companies, techmaps].map((each) => each.close()));
    },
  };
}

/** The face of the service. */
export const consortia: Subgraph = {
  name: 'consortia',
  sdl: await subgraphSdl('consortia'),
  resolvers,
  start,
};

import { accessOf, admitted, applyAccess, toldAccess } from '#kit/access.ts';
import { answerModelsOf } from '#kit/answer.ts';
import { byKind, factsOf, follow, positionsOf } from '#kit/facts.ts';
import { fileStore } from '#kit/file-store.ts';
import { applyKnown, knownOf } from '#kit/known.ts';
import { connect, prepare } from '#kit/mongo.ts';
import { applyErasures } from '#kit/person.ts';
import type { Subgraph } from '#kit/subgraph.ts';
import { subgraphSdl } from '#schema/sdl.ts';

import { applyCompanyFacts } from './company/following.ts';
import { readTechmapsConfig } from './config.ts';
import { createContext, modelsOf } from './context.ts';
import { applyOpenProjectFacts, applyProjectFacts, bringDemand } from './demand/demand.ts';
import { traces } from './person/person.ts';
import { resolvers } from './resolvers.ts';
import { startAftermath } from './succession/aftermath.ts';
import { carryLate } from './succession/late.ts';
import { followRequirements } from './succession/requirement.ts';
import { carryOut } from './succession/transition.ts';
import { spreadDue } from './supply/due.ts';
import { recountDue, renewCounts } from './supply/recount.ts';
import { currentTechnologies } from './technology/current.ts';

/** The face of the techmaps subgraph. */
export const techmaps: Subgraph = {
  name: 'techmaps',
  sdl: await subgraphSdl('techmaps'),
  resolvers,
  async start({ mongoUri, environment, log }) {
    const config = readTechmapsConfig(environment);
    const connection = await connect(mongoUri, 'oca_techmaps');
    const companies = await connect(mongoUri, 'oca_companies');
    const consortia = await connect(mongoUri, 'oca_consortia');
    const models = modelsOf(connection);
    const store = fileStore(config.files);
    await prepare([
      ...Object.values(models),
      ...answerModelsOf(connection),
      positionsOf(connection),
      accessOf(connection),
      knownOf(connection),
    ]);
    const counting = { connection, ...models };
    const current = currentTechnologies(models.technologies);
    await renewCounts(models);
    const aftermath = startAftermath(async (isGoingOn) => {
      await carryOut(counting, isGoingOn);
      await spreadDue(counting, isGoingOn);
      await recountDue(counting, isGoingOn, (companyIds) => carryLate(counting, companyIds));
    }, log);
    await bringDemand(counting);
    const positions = positionsOf(connection);
    const followers = [
      await follow({
        from: 'companies',
        source: factsOf(companies),
        kinds: ['company', 'sector', 'access', 'erasure'],
        positions,
        apply: byKind({
          company: async (facts) => {
            await applyCompanyFacts(counting, facts);
            aftermath.wake();
          },
          sector: (facts) => applyKnown(connection, facts),
          access: (facts) => applyAccess(connection, facts),
          erasure: (facts) => applyErasures(connection, traces, facts),
        }),
        log,
      }),
      await follow({
        from: 'consortia',
        source: factsOf(consortia),
        kinds: ['project', 'openProject'],
        positions,
        apply: (facts) => {
          const apply = byKind({
            project: (own) => applyProjectFacts(counting, own),
            openProject: (own) => applyOpenProjectFacts(models.openProjects, own),
          });
          return followRequirements(counting, facts, () => apply(facts));
        },
        log,
      }),
    ];
    return {
      createContext: async (viewer) =>
        createContext(
          { connection, config, aftermath, current, store },
          await admitted(viewer, toldAccess(connection)),
        ),
      caughtUp: async () => {
        for (const follower of followers) await follower.caughtUp();
        await aftermath.idle();
      },
      stop: async () => {
        for (const follower of followers) await follower.stop();
        await aftermath.stop();
        for (const each of [connection, companies, consortia]) await each.close();
      },
    };
  },
};

import { admitted, toldAccess } from '#kit/access.ts';
import { factsOf, heard } from '#kit/facts.ts';
import { connect, prepare } from '#kit/mongo.ts';
import type { Runtime, Service, Subgraph } from '#kit/subgraph.ts';
import { subgraphSdl } from '#schema/sdl.ts';
import { readEventsConfig } from './config.ts';
import { collectionsOf, createContext, modelsOf } from './context.ts';
import { openFeed } from './news/feed.ts';
import { startFollowing } from './following/following.ts';
import { startPostman } from './inbox/postman.ts';
import { startReminders } from './inbox/reminder.ts';
import { beginNumbering, lastPlace } from './news/news.ts';
import { resolvers } from './resolvers.ts';

/** Events: tech-meetups and whatever else the alliance gathers for, and the feed of what happens to them. */
export const events: Subgraph = {
  name: 'events',
  sdl: await subgraphSdl('events'),
  resolvers,
  start,
};

async function start({ mongoUri, environment, log }: Runtime): Promise<Service> {
  const { feedBuffer, publicUrl, reminderSeconds } = readEventsConfig(environment);
  const connection = await connect(mongoUri, 'oca_events');
  const companies = await connect(mongoUri, 'oca_companies');
  const techmaps = await connect(mongoUri, 'oca_techmaps');
  const consortia = await connect(mongoUri, 'oca_consortia');
  await prepare(collectionsOf(connection));
  // A stream can only be opened on a collection that is there, whoever starts first.
  await prepare([factsOf(companies), factsOf(techmaps), factsOf(consortia)]);
  const models = modelsOf(connection);
  await beginNumbering(models.counters);
  const followers = await startFollowing(connection, { companies, techmaps, consortia }, log);
  const feed = await openFeed({ ...models, log, buffer: feedBuffer });
  const postman = await startPostman({ ...models, feed, log }, await lastPlace(models.counters));
  const reminders = startReminders(models, { log, everySeconds: reminderSeconds });
  return {
    createContext: async (viewer) =>
      createContext(connection, await admitted(viewer, toldAccess(connection)), {
        feed,
        publicUrl,
        heard: () => heard(followers),
      }),
    caughtUp: async () => {
      for (const follower of followers) await follower.caughtUp();
      await feed.caughtUp();
    },
    stop: async () => {
      await reminders.stop();
      await postman.stop();
      await feed.stop();
      for (const follower of followers) await follower.stop();
      for (const each of [connection, companies, techmaps, consortia]) await each.close();
    },
  };
}

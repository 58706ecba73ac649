/** Which use case carries out which mutation. No rules here. */
import { answer } from '#kit/answer.ts';
import { importEvents } from './event/event-import.ts';
import { announceEvent, cancelEvent, changeEvent } from './event/event.ts';
import {
  changeSavedFilter,
  removeSavedFilter,
  renewFilterSecret,
  saveFilter,
} from './saved-filter/saved-filter.ts';
import { attendEvent, leaveEvent } from './seat/seat.ts';
import { readInbox } from './inbox/inbox.ts';
import { announceSeries, cancelSeries, changeSeries } from './series/series.ts';
import { unwatch, watch } from './watch/watch.ts';
import type { MutationResolvers } from './schema.generated.ts';

export const mutations: MutationResolvers = {
  announceEvent: (_, { input }, context) =>
    answer(context, 'announceEvent', input, async () => ({
      event: await announceEvent(context, input),
    })),
  changeEvent: (_, { input }, context) =>
    answer(context, 'changeEvent', input, async () => ({
      event: await changeEvent(context, input),
    })),
  cancelEvent: (_, { input }, context) =>
    answer(context, 'cancelEvent', input, async () => ({
      event: await cancelEvent(context, input),
    })),
  announceSeries: (_, { input }, context) =>
    answer(context, 'announceSeries', input, async () => ({
      series: await announceSeries(context, input),
    })),
  changeSeries: (_, { input }, context) =>
    answer(context, 'changeSeries', input, () => changeSeries(context, input)),
  cancelSeries: (_, { input }, context) =>
    answer(context, 'cancelSeries', input, () => cancelSeries(context, input)),
  attendEvent: (_, { input }, context) =>
    answer(context, 'attendEvent', input, async () => ({
      seat: await attendEvent(context, input),
    })),
  leaveEvent: (_, { input }, context) =>
    answer(context, 'leaveEvent', input, async () => ({
      seat: await leaveEvent(context, input),
    })),
  readInbox: (_, { input }, context) =>
    answer(context, 'readInbox', input, () => readInbox(context, input)),
  saveFilter: (_, { input }, context) => saveFilter(context, input),
  changeSavedFilter: (_, { input }, context) =>
    answer(context, 'changeSavedFilter', input, async () => ({
      savedFilter: await changeSavedFilter(context, input),
    })),
  renewFilterSecret: (_, { input }, context) => renewFilterSecret(context, input),
  removeSavedFilter: (_, { input }, context) =>
    answer(context, 'removeSavedFilter', input, async () => ({
      removedId: await removeSavedFilter(context, input),
    })),
  watch: async (_, { input }, context) => {
    await context.heard();
    return answer(context, 'watch', input, async () => ({ watch: await watch(context, input) }));
  },
  unwatch: (_, { input }, context) =>
    answer(context, 'unwatch', input, async () => ({
      wasWatched: await unwatch(context, input),
    })),
  importEvents: async (_, { input }, context) => {
    await context.heard();
    return answer(context, 'importEvents', input, () => importEvents(context, input));
  },
};

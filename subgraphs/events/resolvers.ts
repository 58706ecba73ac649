/** Which domain function answers which field. No rules here. */
import { ownTraces } from '#kit/person.ts';
import { calendarOf } from './event/calendar.ts';
import { findEvents } from './event/event.ts';
import { feedOf } from './news/atom.ts';
import { cursorOf, eventOf, findNews, followNews } from './news/news.ts';
import type { NewsRecord } from './news/news.model.ts';
import { findSavedFilters, savedCalendar, savedFeed } from './saved-filter/saved-filter.ts';
import { seatsLeft } from './seat/line.ts';
import { findOwnSeat, findOwnSeats, findSeats, waitingPlace } from './seat/seat.ts';
import { countUnread, filtersOf, findInbox } from './inbox/inbox.ts';
import { findOccurrences } from './series/series.ts';
import { findWatches } from './watch/watch.ts';
import { mutations } from './mutations.ts';
import { traces } from './person/person.ts';
import type { Resolvers } from './schema.generated.ts';

export const resolvers: Resolvers = {
  Query: {
    event: (_, { id }, { eventById }) => eventById.load(id),
    events: (_, { filter, order, ...page }, context) => findEvents(context, filter, order, page),
    eventCalendar: (_, { filter }, context) => calendarOf(context, filter),
    eventFeed: (_, { filter, self }, context) =>
      feedOf(context, filter, { self: self ?? null, id: null, of: null }),
    savedCalendar: (_, { secret }, context) => savedCalendar(context, secret),
    savedFeed: (_, { secret, self }, context) => savedFeed(context, secret, self),
    inbox: (_, { unreadOnly, ...page }, context) => findInbox(context, unreadOnly, page),
    watches: (_, page, context) => findWatches(context, page),
    ownSeats: (_, page, context) => findOwnSeats(context, page),
    savedFilters: (_, _args, context) => findSavedFilters(context),
    recentNews: (_, { filter, since, ...page }, context) => findNews(context, filter, since, page),
  },
  Mutation: mutations,
  Subscription: {
    eventAnnounced: {
      subscribe: (_, { filter, after }, context) => followNews(context, filter, after),
      resolve: (news: NewsRecord) => news,
    },
  },
  Event: {
    __resolveReference: ({ id }, { eventById }) => eventById.load(id),
    id: ({ _id }) => _id,
    host: ({ hostId }) => (hostId === null ? null : { id: hostId }),
    sectors: ({ sectors }) => sectors.map((code) => ({ code })),
    technologies: ({ technologies }) => technologies.map((id) => ({ id })),
    series: ({ seriesId }, _, { seriesById }) =>
      seriesId === null ? null : seriesById.load(seriesId),
    goingCount: ({ room }) => room.going,
    waitingCount: ({ room }) => room.waiting,
    seatsLeft: (event) => seatsLeft(event),
    ownSeat: (event, _, context) => findOwnSeat(context, event),
    seats: (event, { status, ...page }, context) => findSeats(context, event, status, page),
  },
  EventSeries: {
    id: ({ _id }) => _id,
    host: ({ hostId }) => (hostId === null ? null : { id: hostId }),
    occurrences: (series, page, context) => findOccurrences(context, series, page),
  },
  Seat: {
    id: ({ _id }) => _id,
    event: ({ eventId }, _, context) => eventOf(context, { eventId }),
    user: ({ userId }) => ({ id: userId }),
    waitingPlace: (seat, _, context) => waitingPlace(context, seat),
  },
  SeatConnection: { totalCount: ({ count }) => count() },
  InboxItem: {
    id: ({ _id }) => _id,
    event: ({ eventId }, _, context) => (eventId === null ? null : eventOf(context, { eventId })),
    notice: ({ notice }) => notice ?? null,
    news: ({ seq }, _, { newsBySeq }) => (seq === null ? null : newsBySeq.load(seq)),
    filters: (item, _, context) => filtersOf(context, item),
  },
  WatchNotice: {
    company: ({ companyId }) => (companyId === null ? null : { id: companyId }),
    technology: ({ technologyId }) => (technologyId === null ? null : { id: technologyId }),
    project: ({ projectId }) => (projectId === null ? null : { id: projectId }),
    sector: ({ sector }) => (sector === null ? null : { code: sector }),
  },
  Watch: {
    id: ({ _id }) => _id,
    company: ({ kind, key }) => (kind === 'COMPANY' ? { id: key } : null),
    technology: ({ kind, key }) => (kind === 'TECHNOLOGY' ? { id: key } : null),
    sector: ({ kind, key }) => (kind === 'SECTOR' ? { code: key } : null),
  },
  WatchConnection: { totalCount: ({ count }) => count() },
  InboxConnection: {
    totalCount: ({ count }) => count(),
    unreadCount: ({ userId }, _, { inbox }) => countUnread(inbox, userId),
  },
  EventConnection: { totalCount: ({ count }) => count() },
  EventNews: {
    cursor: (news) => cursorOf(news),
    event: (news, _, context) => eventOf(context, news),
  },
  EventNewsConnection: { totalCount: ({ count }) => count() },
  SavedFilter: {
    id: ({ _id }) => _id,
    sectors: ({ sectors }) => sectors.map((code) => ({ code })),
    host: ({ hostId }) => (hostId === null ? null : { id: hostId }),
  },
  Company: {
    __resolveReference: ({ id }) => ({ id }),
    upcomingEvents: ({ id }, page, { upcoming }) => upcoming.load({ of: 'host', id, ...page }),
  },
  User: {
    __resolveReference: ({ id }) => ({ id }),
    eventsData: ({ id }, _, context) => ownTraces(context, traces, id),
  },
  Technology: {
    __resolveReference: ({ id }) => ({ id }),
    upcomingEvents: ({ id }, page, { upcoming }) =>
      upcoming.load({ of: 'technology', id, ...page }),
  },
};

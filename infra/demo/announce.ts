/** A meetup is announced, and a subscriber who was listening receives it, joined from other subgraphs. */
import { clientOf, type Client } from './client.ts';
import { nameOf, type Name } from './team.ts';

/** What the subscriber received. */
export interface Announcement {
  kind: string;
  title: string;
  /** From the companies subgraph. */
  host: string;
  /** From the techmaps subgraph: name and firms that supply it. */
  technologies: { name: string; firms: number }[];
  /** From the announcement's call to its arrival. */
  millis: number;
}

interface News {
  eventAnnounced: {
    kind: string;
    event: {
      title: Name;
      startsAt: string;
      host: { name: Name; kinds: string[] } | null;
      technologies: { name: Name; supply: { firms: number } }[];
    };
  };
}

const feed = `subscription News($sectors: [String!]) {
  eventAnnounced(filter: { sectors: $sectors }) {
    kind
    event {
      title { ko en } startsAt
      host { name { ko en } kinds }
      technologies { name { ko en } supply { firms } }
    }
  }
}`;
const dayMillis = 24 * 60 * 60 * 1000;

/** Listens as a visitor, announces as the lead, and gives what arrived. */
export async function announce(
  { url, print }: { url: string; print: (line: string) => void },
  lead: Client,
  hostId: string,
  technologies: string[],
): Promise<Announcement> {
  const subscription = clientOf(url, null).listen<News>(feed, { sectors: ['healthcare'] });
  try {
    await subscription.opened;
    print('A visitor subscribed to meetups on healthcare over graphql-transport-ws.');
    const start = Date.now() + 10 * dayMillis;
    const announcedAt = performance.now();
    await lead.change(
      { field: 'announceEvent', type: 'AnnounceEventInput', select: 'event { id }' },
      {
        hostId,
        kind: 'TECH_MEETUP',
        title: {
          ko: '지역 병원 클라우드 첫 모임',
          en: 'First meetup on a cloud for regional hospitals',
        },
        sectors: ['healthcare'],
        technologies,
        region: 'KR-41',
        venue: '성남 판교 회의실',
        startsAt: new Date(start).toISOString(),
        endsAt: new Date(start + 2 * 60 * 60 * 1000).toISOString(),
      },
    );
    const { eventAnnounced } = await subscription.next();
    const announcement = told(eventAnnounced, performance.now() - announcedAt);
    print(
      `It arrived after ${announcement.millis.toFixed(0)} ms: ${announcement.kind} "${announcement.title}", hosted by ${announcement.host},`,
    );
    for (const { name, firms } of announcement.technologies)
      print(`  about ${name}, which ${firms.toLocaleString('en-US')} firms supply.`);
    return announcement;
  } finally {
    await subscription.close();
  }
}

function told({ kind, event }: News['eventAnnounced'], millis: number): Announcement {
  return {
    kind,
    title: nameOf(event.title),
    host: event.host ? nameOf(event.host.name) : '',
    technologies: event.technologies.map(({ name, supply }) => ({
      name: nameOf(name),
      firms: supply.firms,
    })),
    millis,
  };
}

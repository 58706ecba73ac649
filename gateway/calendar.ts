/** `/calendar.ics`: the graph's events as a calendar that programs subscribe to. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { GraphQLError } from 'graphql';

import type { Door, Visit } from './door.ts';

/** Where the calendar is. */
export const calendarPath = '/calendar.ics';

const query = /* GraphQL */ `
  query Calendar($filter: EventFilter) {
    eventCalendar(filter: $filter)
  }
`;

/** How long a calendar program may keep what it has, in seconds. */
const keepSeconds = 300;

/**
 * Answers with iCalendar text. The parameters `sector` (code), `technology` (id or code) and `region` (ISO 3166) may
 * each come several times, or once with commas.
 */
export async function answerCalendar(
  door: Door,
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
  visit: Visit,
): Promise<void> {
  const { data, errors } = await asked(door, url, visit);
  const text = data?.['eventCalendar'];
  if (typeof text !== 'string') return refuse(response, errors?.[0]);
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim());
  const status = known.includes(etag) ? 304 : 200;
  response.writeHead(status, {
    etag,
    'cache-control': `public, max-age=${keepSeconds}`,
    'content-type': 'text/calendar; charset=utf-8',
    'content-disposition': 'inline; filename="open-cloud-alliance.ics"',
  });
  response.end(status === 304 || request.method === 'HEAD' ? undefined : text);
}

function refuse(response: ServerResponse, error: GraphQLError | undefined): void {
  const mistaken = error?.extensions['code'] === 'BAD_USER_INPUT';
  response.writeHead(mistaken ? 400 : 503, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(
    mistaken ? `${error?.message}\n` : 'The calendar cannot be read now; try again later.\n',
  );
}

async function asked(door: Door, url: URL, visit: Visit) {
  const filter = Object.fromEntries(
    Object.entries({
      sectors: several(url, 'sector'),
      technologies: several(url, 'technology'),
      regions: several(url, 'region'),
    }).filter(([, values]) => values.length > 0),
  );
  const outcome = await door.run({ query, variables: { filter } }, visit);
  return Symbol.asyncIterator in outcome ? {} : outcome;
}

function several(url: URL, name: string): string[] {
  return url.searchParams
    .getAll(name)
    .flatMap((each) => each.split(','))
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

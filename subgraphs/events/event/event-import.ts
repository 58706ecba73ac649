/** Taking in events from elsewhere: each once, by its identity in its source. */
import { identityProblems, intakeProblems, type IntakeReport } from '#kit/intake.ts';
import { unknownCodes, unknownProblems } from '#kit/known.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { nodeIds } from '#kit/tree.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import { hostProblems } from '../company/company.ts';
import type { Context } from '../context.ts';
import { candidate, changedFields, type DetailsInput } from './event-details.ts';
import { detailProblems, unknownTechnologies } from './event-rules.ts';
import type { EventDetails, EventRecord } from './event.model.ts';
import { changedEvent, newEvent } from './event.ts';
import type { EventField } from '../news/news.model.ts';
import { tellNews, type Happening } from '../news/news.ts';
import { fillSeats } from '../seat/line.ts';

/** One event of a source. */
export interface ImportEventRowInput extends DetailsInput {
  externalId: string;
  hostId?: string | null | undefined;
  cancelled?: boolean | null | undefined;
}

/** Events from one source. */
export interface ImportEventsInput {
  source: string;
  dryRun?: boolean | null | undefined;
  rows: ImportEventRowInput[];
}

/** What rows are judged by. */
interface Known {
  source: string;
  now: Date;
  ids: ReadonlyMap<string, string>;
  /** Codes of sectors that there are not. */
  unknownSectors: ReadonlySet<string>;
  hosts: ReadonlyMap<string, CompanyRecord>;
  /** Events of the source, by their identity there. */
  events: ReadonlyMap<string, EventRecord>;
}

/** What a row leads to. */
type Verdict = { problems: Problem[] } | { same: EventRecord } | { happening: Happening };

/**
 * Creates and changes events of one source in one transaction; rows with faults are left out and reported. News are
 * told of what is not over.
 *
 * @throws {Refusal} INVALID (source), LIMIT_REACHED (rows), TAKEN (source) when the same source is taken in at once
 */
export async function importEvents(
  context: Context,
  { source, rows, dryRun }: ImportEventsInput,
): Promise<IntakeReport> {
  signedInAs(context.viewer, 'OPERATOR', 'SECRETARIAT');
  refuseAny(intakeProblems(source, rows.length));
  const known = await whatIsKnown(context, source, rows);
  const seen = new Set<string>();
  const verdicts = rows.map((row, index) => {
    const path = ['rows', String(index)];
    const externalId = tidy(row.externalId);
    const problems = identityProblems(externalId, seen, path);
    seen.add(externalId);
    return problems.length > 0 ? { problems } : judge({ ...row, externalId }, path, known);
  });
  const happenings = verdicts.flatMap((each) => ('happening' in each ? [each.happening] : []));
  if (dryRun !== true) await store(context, happenings, known.now);
  return {
    created: happenings.filter(({ before }) => before === null).length,
    updated: happenings.filter(({ before }) => before !== null).length,
    unchanged: verdicts.filter((each) => 'same' in each).length,
    problems: verdicts.flatMap((each) => ('problems' in each ? each.problems : [])),
  };
}

/** What a row leads to. Pure. */
function judge(row: ImportEventRowInput, path: string[], known: Known): Verdict {
  const { source, now, ids } = known;
  const before = known.events.get(row.externalId) ?? null;
  const hostId = row.hostId ?? null;
  const host = known.hosts.get(hostId ?? '') ?? null;
  const event = candidate(null, row, ids);
  const sameHost = hostId === null || hostId === before?.hostId;
  const problems = [
    ...(sameHost ? [] : hostProblems(host, now, [...path, 'hostId'])),
    ...unknownTechnologies(row, ids, path),
    ...unknownProblems('sector', row.sectors, known.unknownSectors, [...path, 'sectors']),
    ...detailProblems(event, path),
    ...revivalProblems(before, row, path),
  ];
  if (problems.length > 0) return { problems };
  const details = event as EventDetails;
  const about = { hostId, host, now, cancelled: row.cancelled === true };
  if (before) return change(before, details, about);
  const origin = { source, externalId: row.externalId };
  return { happening: announcement(newEvent(details, { ...about, origin }), about.cancelled) };
}

function announcement(event: EventRecord, cancelled: boolean): Happening {
  const { announcedAt: at } = event;
  return cancelled
    ? {
        kind: 'CANCELLED',
        at,
        changes: ['STATUS'],
        event: { ...event, status: 'CANCELLED' },
        before: null,
      }
    : { kind: 'ANNOUNCED', at, changes: [], event, before: null };
}

function change(
  before: EventRecord,
  details: EventDetails,
  now: { hostId: string | null; host: CompanyRecord | null; now: Date; cancelled: boolean },
): Verdict {
  const changes: EventField[] = changedFields(before, details);
  if (now.hostId !== before.hostId) changes.push('HOST');
  const ends = now.cancelled && before.status !== 'CANCELLED';
  if (ends) changes.push('STATUS');
  if (changes.length === 0) return { same: before };
  const changed = { ...changedEvent(before, details, now), hostId: now.hostId };
  const event: EventRecord = ends ? { ...changed, status: 'CANCELLED' } : changed;
  return {
    happening: { kind: ends ? 'CANCELLED' : 'CHANGED', at: now.now, changes, event, before },
  };
}

async function whatIsKnown(
  { connection, technologies, companies, events }: Context,
  source: string,
  rows: readonly ImportEventRowInput[],
): Promise<Known> {
  const names = new Set(rows.flatMap((row) => row.technologies ?? []));
  const hostIds = new Set(rows.flatMap(({ hostId }) => hostId ?? []));
  const externalIds = rows.map(({ externalId }) => tidy(externalId));
  const ids = await nodeIds(technologies, [...names]);
  const codes = rows.flatMap(({ sectors }) => sectors ?? []);
  const unknownSectors = await unknownCodes(connection, 'sector', codes);
  const hosts = await companies.find({ _id: { $in: [...hostIds] } }).lean<CompanyRecord[]>();
  const earlier = await events
    .find({ 'origin.source': source, 'origin.externalId': { $in: externalIds } })
    .lean<EventRecord[]>();
  return {
    source,
    now: new Date(),
    ids,
    unknownSectors,
    hosts: new Map(hosts.map((host) => [host._id, host])),
    events: new Map(earlier.map((event) => [event.origin?.externalId ?? '', event])),
  };
}

async function store(context: Context, happenings: readonly Happening[], now: Date): Promise<void> {
  if (happenings.length === 0) return;
  const writes = happenings.map(({ event, before }) => {
    const { _id, ...fields } = event;
    return before === null
      ? { insertOne: { document: event } }
      : {
          updateOne: { filter: { _id, revision: before.revision }, update: { $set: fields } },
        };
  });
  try {
    await context.events.bulkWrite(writes);
  } catch (error) {
    // Only the identity in the source is unique: somebody else has just taken in the same rows.
    if (isDuplicateKey(error))
      throw refusal('TAKEN', 'This source is being taken in by somebody else.', ['source']);
    throw error;
  }
  for (const { event, before } of happenings)
    if (before && before.capacity !== event.capacity) await fillSeats(context, event, now);
  await tellNews(
    context,
    happenings.filter(({ event, before }) => event.endsAt > now || (before?.endsAt ?? now) > now),
  );
}

function revivalProblems(
  before: EventRecord | null,
  row: ImportEventRowInput,
  path: string[],
): Problem[] {
  return before?.status === 'CANCELLED' && row.cancelled !== true
    ? [problem('WRONG_STATE', 'This event was cancelled and cannot be revived.', path)]
    : [];
}

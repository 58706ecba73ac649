/** Filters that users keep: for their inbox, and by a secret for calendars and feed readers. */
import { createHash, randomBytes } from 'node:crypto';

import { answer, type Answer } from '#kit/answer.ts';
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem, type Refusal } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { calendarOf } from '../event/calendar.ts';
import { filterProblems, type EventFilter } from '../event/event-filter.ts';
import { feedOf } from '../news/atom.ts';
import { anchorsOf } from './anchors.ts';
import type { KeptFilter, SavedFilterRecord } from './saved-filter.model.ts';

/** How many filters one user keeps at most. */
export const mostFilters = 50;

type Maybe<Value> = Value | null | undefined;

/** What is kept. */
export interface SaveFilterInput {
  name: string;
  filter: EventFilter;
  notify?: Maybe<boolean>;
  idempotencyKey?: Maybe<string>;
}

/** A saved filter at the revision at which its user read it. */
export interface ReadFilter {
  id: string;
  revision: number;
  idempotencyKey?: Maybe<string>;
}

/** What becomes different. */
export interface ChangeSavedFilterInput extends ReadFilter {
  name?: Maybe<string>;
  filter?: Maybe<EventFilter>;
  notify?: Maybe<boolean>;
}

/** A saved filter, with its secret where that was just made. */
export type WithSecret = Answer<{ savedFilter: SavedFilterRecord; secret: string | null }>;

/** The viewer's saved filters, by name. */
export async function findSavedFilters({
  viewer,
  savedFilters,
}: Context): Promise<SavedFilterRecord[]> {
  const { userId } = signedIn(viewer);
  return savedFilters.find({ userId }).sort({ name: 1 }).lean<SavedFilterRecord[]>();
}

/** Keeps a filter. Problems: INVALID and LIMIT_REACHED (name, filter), TAKEN (name). */
export async function saveFilter(context: Context, input: SaveFilterInput): Promise<WithSecret> {
  return withSecret(context, 'saveFilter', input, async (secretHash) => {
    const { userId } = signedIn(context.viewer);
    const name = tidy(input.name);
    refuseAny([...nameProblems(name), ...below(filterProblems(input.filter))]);
    // A race may pass the limit by what is under way: it keeps lists short, nothing rests on it.
    if ((await context.savedFilters.countDocuments({ userId })) >= mostFilters)
      throw refusal('LIMIT_REACHED', `A user keeps at most ${mostFilters} filters.`, [], {
        limit: String(mostFilters),
      });
    const saved: SavedFilterRecord = {
      ...keptOf(input.filter),
      anchors: anchorsOf(keptOf(input.filter)),
      _id: newId(),
      userId,
      name,
      secretHash,
      secretAt: new Date(),
      notify: input.notify ?? true,
      revision: 1,
    };
    await nameOnce(() => context.savedFilters.create([saved]));
    return saved;
  });
}

/**
 * Changes a saved filter.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), INVALID and LIMIT_REACHED (name, filter), TAKEN (name)
 */
export async function changeSavedFilter(
  context: Context,
  input: ChangeSavedFilterInput,
): Promise<SavedFilterRecord> {
  const before = await readOwn(context, input);
  const name = input.name == null ? before.name : tidy(input.name);
  refuseAny([...nameProblems(name), ...below(filterProblems(input.filter ?? {}))]);
  return store(context, before, {
    ...(input.filter ? { ...keptOf(input.filter), anchors: anchorsOf(keptOf(input.filter)) } : {}),
    name,
    notify: input.notify ?? before.notify,
  });
}

/** Makes a new secret. Problems: NOT_FOUND (id), STALE (revision). */
export async function renewFilterSecret(context: Context, input: ReadFilter): Promise<WithSecret> {
  return withSecret(context, 'renewFilterSecret', input, async (secretHash) =>
    store(context, await readOwn(context, input), { secretHash, secretAt: new Date() }),
  );
}

/**
 * Forgets a saved filter.
 *
 * @throws {Refusal} NOT_FOUND (id)
 */
export async function removeSavedFilter(
  { viewer, savedFilters }: Context,
  { id }: Pick<ReadFilter, 'id'>,
): Promise<string> {
  const { userId } = signedIn(viewer);
  const { deletedCount } = await savedFilters.deleteOne({ _id: id, userId });
  if (deletedCount === 0) throw unknown();
  return id;
}

/** The calendar that a secret opens, or null. */
export async function savedCalendar(context: Context, secret: string): Promise<string | null> {
  const saved = await openedBy(context, secret);
  return saved && calendarOf(context, filterOf(saved), saved.name);
}

/** The Atom feed that a secret opens, or null. */
export async function savedFeed(
  context: Context,
  secret: string,
  self: string | null | undefined,
): Promise<string | null> {
  const saved = await openedBy(context, secret);
  return (
    saved && feedOf(context, filterOf(saved), { self: self ?? null, id: saved._id, of: saved.name })
  );
}

/** A saved filter as a filter of events. */
export function filterOf({
  text,
  kinds,
  sectors,
  technologies,
  regions,
  hostId,
}: KeptFilter): EventFilter {
  return { text, kinds, sectors, technologies, regions, hostId };
}

function keptOf(filter: EventFilter): KeptFilter {
  const text = tidy(filter.text ?? '');
  return {
    text: text === '' ? null : text,
    kinds: once(filter.kinds),
    sectors: once(filter.sectors),
    technologies: once(filter.technologies),
    regions: once(filter.regions),
    hostId: filter.hostId ?? null,
  };
}

function once<Value>(values: Maybe<Value[]>): Value[] {
  return [...new Set(values ?? [])];
}

/**
 * Runs a mutation that makes a secret. A repeat is answered from what the first call stored, which has the hash of
 * another secret: the new one is shown to nobody.
 */
async function withSecret(
  context: Context,
  mutation: string,
  input: { idempotencyKey?: Maybe<string> },
  work: (secretHash: string) => Promise<SavedFilterRecord>,
): Promise<WithSecret> {
  const secret = randomBytes(24).toString('base64url');
  const made = await answer(context, mutation, input, async () => ({
    savedFilter: await work(hashOf(secret)),
  }));
  if (!('savedFilter' in made)) return made;
  const isNew = made.savedFilter.secretHash === hashOf(secret);
  return { ...made, secret: isNew ? secret : null };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

async function openedBy(
  { savedFilters }: Context,
  secret: string,
): Promise<SavedFilterRecord | null> {
  return savedFilters.findOne({ secretHash: hashOf(secret) }).lean<SavedFilterRecord | null>();
}

async function readOwn(
  { viewer, savedFilters }: Context,
  { id, revision }: ReadFilter,
): Promise<SavedFilterRecord> {
  const { userId } = signedIn(viewer);
  const saved = await savedFilters.findOne({ _id: id, userId }).lean<SavedFilterRecord | null>();
  if (!saved) throw unknown();
  if (saved.revision !== revision) throw stale();
  return saved;
}

async function store(
  { savedFilters }: Context,
  before: SavedFilterRecord,
  fields: Partial<SavedFilterRecord>,
): Promise<SavedFilterRecord> {
  const { _id, revision } = before;
  const change = { ...fields, revision: revision + 1 };
  const { matchedCount } = await nameOnce(() =>
    savedFilters.updateOne({ _id, revision }, { $set: change }),
  );
  if (matchedCount === 0) throw stale();
  return { ...before, ...change };
}

async function nameOnce<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicateKey(error))
      throw refusal('TAKEN', 'You have a saved filter with this name.', ['name']);
    throw error;
  }
}

function nameProblems(name: string): Problem[] {
  return name.length >= 1 && name.length <= 80
    ? []
    : [problem('INVALID', 'A name has 1 to 80 characters.', ['name'])];
}

function below(problems: Problem[]): Problem[] {
  return problems.map((each) => ({ ...each, path: ['filter', ...each.path] }));
}

function unknown(): Refusal {
  return refusal('NOT_FOUND', 'You have no saved filter with this id.', ['id']);
}

function stale(): Refusal {
  return refusal('STALE', 'This filter was changed since; read it again.', ['revision']);
}

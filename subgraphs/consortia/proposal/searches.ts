/**
 * Carries searches out, apart from the requests that began them. What others must see (that a search runs, how far it
 * has come, that it is to end) stands in its record, so that any process can show it and ask for its end.
 */
import { setTimeout } from 'node:timers/promises';

import { beyondDeadline } from '#kit/deadline.ts';
import { newId } from '#kit/id.ts';
import type { Log } from '#kit/log.ts';
import type { Model } from 'mongoose';
import type { AssemblyRecord, ProgressRecord } from './assembly.model.ts';
import { failureOf } from './outcome.ts';
import type { Place } from './queue.ts';
import type { News, Outcome, Searches, Watch } from './search.ts';
import { whereCan, whereCanBecome } from './state.ts';

/** How long a search without a sign of life of its process counts as running, milliseconds. */
const leaseMillis = 30_000;
/** How often a process shows that its searches live, and looks whether one is to end, milliseconds. */
const pulseMillis = 1_000;
/** How often searches of lost processes are looked for, milliseconds. */
const sweepMillis = 5_000;
/** Least time between two stored states of progress, milliseconds. */
const progressMillis = 250;

/** Ends searches whose process is gone, now and from time to time, and carries out new ones. */
export async function openSearches(assemblies: Model<AssemblyRecord>, log: Log): Promise<Searches> {
  await interruptLost(assemblies);
  const runner = newId();
  const listeners = new Map<string, Set<() => void>>();
  const running = new Map<string, { abort: AbortController; done: Promise<void> }>();
  const tell = (id: string) => {
    for (const listener of listeners.get(id) ?? []) listener();
  };
  const sweep = setInterval(() => {
    interruptLost(assemblies).catch((error: unknown) =>
      log.warn({ error }, 'could not look for lost searches'),
    );
  }, sweepMillis);
  sweep.unref();
  return {
    runner,
    leaseFromNow,
    begin: (record, place, work) => {
      const abort = new AbortController();
      const search = { assemblies, record, log, abort, tell: () => tell(record._id) };
      // It goes on when whoever began it no longer waits.
      const done = beyondDeadline(() => carryOut(search, place, work)).finally(() =>
        running.delete(record._id),
      );
      running.set(record._id, { abort, done });
    },
    news: async (id, millis, signal) => {
      const heard = new AbortController();
      const those = listeners.get(id) ?? new Set();
      const listener = () => heard.abort();
      listeners.set(id, those.add(listener));
      await pause(millis, signal ? AbortSignal.any([signal, heard.signal]) : heard.signal);
      those.delete(listener);
      if (those.size === 0) listeners.delete(id);
    },
    stop: async () => {
      clearInterval(sweep);
      const mine = [...running];
      await assemblies.updateMany(
        { runner, ...whereCan('interrupt') },
        ending({ status: 'INTERRUPTED' }),
      );
      for (const [, { abort }] of mine) abort.abort();
      await Promise.all(mine.map(([, { done }]) => done));
    },
  };
}

function leaseFromNow(): Date {
  return new Date(Date.now() + leaseMillis);
}

/** The update that ends a search, so that its places are free at once. */
function ending(outcome: Outcome) {
  return {
    $set: { ...outcome, endedAt: new Date(), 'progress.phase': 'DONE' },
    $inc: { 'progress.seq': 1 },
    $unset: { leaseUntil: 1, companySlot: 1, viewerSlot: 1 },
  };
}

/** Ends searches of which nobody has heard for the length of a lease. */
async function interruptLost(assemblies: Model<AssemblyRecord>): Promise<void> {
  await assemblies.updateMany(
    { ...whereCan('interrupt'), leaseUntil: { $lt: new Date() } },
    ending({ status: 'INTERRUPTED' }),
  );
}

interface Search {
  assemblies: Model<AssemblyRecord>;
  record: AssemblyRecord;
  log: Log;
  abort: AbortController;
  tell: () => void;
}

async function carryOut(
  search: Search,
  place: Place,
  work: (watch: Watch) => Promise<Outcome>,
): Promise<void> {
  const { assemblies, record, log, abort } = search;
  const pulse = setInterval(() => void takePulse(search), pulseMillis);
  const scribe = progressScribe(search);
  try {
    const outcome = await worked(search, place, scribe.note, work);
    await scribe.end();
    await assemblies.updateOne(
      { _id: record._id, ...whereCanBecome(outcome.status), runner: record.runner },
      ending(outcome),
    );
  } catch (error) {
    // The record could not be written: once its lease is over, it counts as interrupted.
    log.error({ error, assemblyId: record._id }, 'the end of a search could not be stored');
  } finally {
    clearInterval(pulse);
    abort.abort();
    place.leave();
    search.tell();
  }
}

async function worked(
  { log, record, abort: { signal } }: Search,
  place: Place,
  onProgress: Watch['onProgress'],
  work: (watch: Watch) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    await Promise.race([place.turn, untilAborted(signal)]);
    if (signal.aborted) return { status: 'CANCELLED' };
    onProgress({ phase: 'GATHERING' });
    return await work({ signal, onProgress });
  } catch (error) {
    log.error({ error, assemblyId: record._id }, 'a search broke down');
    return failureOf(error);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Shows that a search lives, and ends it where somebody asked for that or where it counts as ended already. */
async function takePulse({ assemblies, record, abort, log }: Search): Promise<void> {
  try {
    const now = await assemblies
      .findOneAndUpdate(
        { _id: record._id, ...whereCan('work'), runner: record.runner },
        { $set: { leaseUntil: leaseFromNow() } },
        { projection: { cancelAskedAt: 1 }, returnDocument: 'after' },
      )
      .lean<Pick<AssemblyRecord, 'cancelAskedAt'>>();
    if (!now || now.cancelAskedAt !== null) abort.abort();
  } catch (error) {
    // The database is away: the lease decides whether the search still counts.
    log.warn({ error, assemblyId: record._id }, 'a search could not show that it lives');
  }
}

/** Where a search stands after some news: a clock never goes back, and only the record of its end says that it is done. */
function stateAfterNews(state: ProgressRecord, news: News): ProgressRecord {
  const { phase, points, bound, gap, elapsedMillis } = { ...state, ...news };
  return {
    seq: state.seq,
    // The solver is done with one question; the search may have another.
    phase: phase === 'DONE' ? state.phase : phase,
    points,
    bound,
    gap,
    elapsedMillis: Math.max(state.elapsedMillis, elapsedMillis),
  };
}

/** Stores how far a search has come: the newest state, not every one, and one write at a time. */
function progressScribe({ assemblies, record, log, tell }: Search) {
  const closed = new AbortController();
  let state = record.progress;
  let stored = state;
  let writing: Promise<void> | null = null;
  const write = async () => {
    while (stored !== state) {
      state = { ...state, seq: stored.seq + 1 };
      stored = state;
      await assemblies
        .updateOne(
          { _id: record._id, ...whereCan('work'), runner: record.runner },
          { $set: { progress: stored } },
        )
        .catch((error: unknown) => log.warn({ error }, 'progress could not be stored'));
      tell();
      await pause(progressMillis, closed.signal);
    }
    writing = null;
  };
  return {
    note: (news: News) => {
      state = stateAfterNews(state, news);
      writing ??= write();
    },
    /** Resolves when nothing is left to store. */
    end: async () => {
      closed.abort();
      await writing;
    },
  };
}

/** Waits, no longer than until the signal. */
async function pause(millis: number, signal: AbortSignal): Promise<void> {
  await setTimeout(millis, undefined, { signal }).catch(() => undefined);
}

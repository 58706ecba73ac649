/** Facts: what one service tells the others about its own nouns, and how they follow. */
import { Schema, type Connection, type Model } from 'mongoose';
import type { ChangeStream, ChangeStreamDocument, ResumeToken } from 'mongodb';

import { newId } from './id.ts';
import type { Log } from './log.ts';
import { isDuplicateKey, modelOf, plainSchema } from './mongo.ts';

/** The newest state of one thing. */
export interface FactRecord {
  /** `kind:key`. */
  _id: string;
  kind: string;
  key: string;
  /** Counts the states of this thing; a follower never goes back. */
  revision: number;
  /** What is told; null once the thing is gone. */
  state: unknown;
  at: Date;
}

const factSchema = new Schema(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    key: { type: String, required: true },
    revision: { type: Number, required: true },
    state: { type: Schema.Types.Mixed },
    at: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'facts' },
).index({ kind: 1, _id: 1 });

interface PositionRecord {
  /** Name of the service that is followed. */
  _id: string;
  resumeToken: unknown;
  at: Date;
}

const positionSchema = new Schema(
  {
    _id: { type: String, required: true },
    resumeToken: { type: Schema.Types.Mixed, required: true },
    at: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'positions' },
);

/** The facts of the service that owns the connection. */
export function factsOf(connection: Connection): Model<FactRecord> {
  return modelOf<FactRecord>(connection, 'facts', factSchema);
}

/** Where the service that owns the connection stands in following others. */
export function positionsOf(connection: Connection): Model<PositionRecord> {
  return modelOf<PositionRecord>(connection, 'positions', positionSchema);
}

/** A state to tell. */
export interface NewFact {
  kind: string;
  key: string;
  state: object | null;
}

/** Tells the newest states; called in the transaction of the change, so that neither is without the other. */
export async function publishFacts(
  facts: Model<FactRecord>,
  states: readonly NewFact[],
): Promise<void> {
  if (states.length === 0) return;
  const at = new Date();
  await facts.bulkWrite(
    states.map(({ kind, key, state }) => ({
      updateOne: {
        filter: { _id: `${kind}:${key}` },
        update: { $set: { kind, key, state, at }, $inc: { revision: 1 } },
        upsert: true,
      },
    })),
  );
}

/** A read model's record of another service's thing: its newest state, or that it is gone. */
export interface Followed {
  _id: string;
  revision: number;
  gone: boolean;
}

/**
 * Brings a read model up to a fact: keyed by the fact's key, never back to an older revision, safe to repeat. The
 * state's fields are kept at the top level; what the read model does not know of it is left out, so that the one who
 * tells may say more before the one who follows understands it.
 *
 * @param keptOf what is kept of a state; all of it when left out
 */
export async function applyFacts<Record extends Followed>(
  model: Model<Record>,
  facts: readonly FactRecord[],
  keptOf: (state: never) => object = (state: object) => state,
): Promise<void> {
  if (facts.length === 0) return;
  const operations = facts.map(({ key, revision, state }) => ({
    replaceOne: {
      filter: { _id: key, revision: { $lt: revision } },
      replacement: {
        ...(state === null ? null : keptOf(state as never)),
        _id: key,
        revision,
        gone: state === null,
      },
      upsert: true,
    },
  }));
  // The upsert of a state that is not newer meets the record it should leave alone: 11000, and nothing changes.
  await (model as unknown as Model<Followed>)
    .bulkWrite(operations, { ordered: false, strict: true })
    .catch((error: unknown) => {
      if (!isOnlyDuplicates(error)) throw error;
    });
}

/** Gives each fact to what applies its kind, kinds in the order named. */
export function byKind(
  appliers: Readonly<Record<string, (facts: FactRecord[]) => Promise<void>>>,
): (facts: readonly FactRecord[]) => Promise<void> {
  return async (facts) => {
    for (const [kind, apply] of Object.entries(appliers)) {
      const own = facts.filter((fact) => fact.kind === kind);
      if (own.length > 0) await apply(own);
    }
  };
}

/** A service that is followed. */
export interface Follower {
  /** Resolves once everything told before the call has been applied. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** How long `heard` waits, in milliseconds. */
const patienceMillis = 5_000;

/** Resolves once everything told before the call is known here, or after five seconds: then one goes by what is known. */
export async function heard(followers: readonly Follower[]): Promise<void> {
  const all = Promise.all(followers.map((follower) => follower.caughtUp()));
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMillis);
  });
  await Promise.race([all, enough]);
  clearTimeout(timer);
}

/** What to follow, and what to do with it. */
export interface Following {
  /** Name of the service that tells. */
  from: string;
  /** Its facts. */
  source: Model<FactRecord>;
  kinds: readonly string[];
  positions: Model<PositionRecord>;
  /** Applies states in the order told; must be safe to repeat. */
  apply: (facts: FactRecord[]) => Promise<void>;
  log: Log;
}

const mark = 'mark';
const batchSize = 500;
const queueLimit = 5_000;

/**
 * Follows another service's facts: from the kept position when there is one, otherwise everything once and then
 * what changes. A position too old to resume from leads to a new scan.
 */
export async function follow(following: Following): Promise<Follower> {
  const line = new FactLine(following);
  await line.start();
  return line;
}

class FactLine implements Follower {
  readonly #following: Following;
  #stream: ChangeStream | null = null;
  #queue: ChangeStreamDocument[] = [];
  #work: Promise<void> = Promise.resolve();
  #stopped = false;
  readonly #waiting = new Map<string, () => void>();

  constructor(following: Following) {
    this.#following = following;
  }

  async start(): Promise<void> {
    const position = await this.#following.positions.findById(this.#following.from).lean();
    if (position) return this.#open(position.resumeToken);
    await this.#scan();
  }

  async caughtUp(): Promise<void> {
    const { source } = this.#following;
    const key = newId();
    const seen = new Promise<void>((resolve) => this.#waiting.set(key, resolve));
    await publishFacts(source, [{ kind: mark, key, state: {} }]);
    await seen;
    await source.deleteOne({ _id: `${mark}:${key}` });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#stream?.close();
    await this.#work;
  }

  /**
   * Opens the stream first and reads everything after: a change in between is applied twice rather than never. Changes
   * wait, and no position is kept, until all is read: a crash before that leads to a new scan.
   */
  async #scan(): Promise<void> {
    const { from, source, kinds, positions } = this.#following;
    const gate = Promise.withResolvers<void>();
    this.#work = gate.promise;
    try {
      await this.#open(null);
      const resumeToken = this.#stream?.resumeToken;
      let after = '';
      for (;;) {
        const batch = await source
          .find({ kind: { $in: [...kinds, mark] }, _id: { $gt: after } })
          .sort({ _id: 1 })
          .limit(batchSize)
          .lean<FactRecord[]>();
        await this.#tell(batch);
        const last = batch.at(-1);
        if (!last || batch.length < batchSize) break;
        after = last._id;
      }
      const at = new Date();
      if (resumeToken != null)
        await positions.updateOne({ _id: from }, { $set: { resumeToken, at } }, { upsert: true });
    } finally {
      gate.resolve();
    }
  }

  async #open(resumeAfter: ResumeToken): Promise<void> {
    const { source, kinds } = this.#following;
    const stream = source.collection.watch(
      [{ $match: { 'fullDocument.kind': { $in: [...kinds, mark] } } }],
      { fullDocument: 'updateLookup', ...(resumeAfter != null && { resumeAfter }) },
    );
    this.#stream = stream;
    const opened = new Promise<void>((resolve) => {
      stream.once('resumeTokenChanged', () => resolve());
      stream.once('error', () => resolve());
    });
    stream.on('change', (change) => this.#take(change));
    stream.on('error', (error) => this.#lost(error));
    await opened;
  }

  #take(change: ChangeStreamDocument): void {
    this.#queue.push(change);
    if (this.#queue.length === 1) this.#work = this.#work.then(() => this.#drain());
    // More than we can apply: stop listening, and go on from the kept position once the queue is empty.
    if (this.#queue.length > queueLimit) void this.#stream?.close();
  }

  async #drain(): Promise<void> {
    const { from, positions, log } = this.#following;
    while (this.#queue.length > 0 && !this.#stopped) {
      const changes = this.#queue.slice(0, batchSize);
      try {
        await this.#tell(changes.flatMap(stateAfter));
        const at = new Date();
        const resumeToken = changes.at(-1)?._id;
        await positions.updateOne({ _id: from }, { $set: { resumeToken, at } }, { upsert: true });
        this.#queue.splice(0, changes.length);
      } catch (error) {
        log.error({ error, from }, 'facts could not be applied; trying again');
        await pause();
      }
    }
    if (this.#stream?.closed && !this.#stopped) await this.start();
  }

  /** Applies states, then wakes whoever waited for a mark among them. */
  async #tell(told: FactRecord[]): Promise<void> {
    const facts = told.filter(({ kind }) => kind !== mark);
    if (facts.length > 0) await this.#following.apply(facts);
    for (const { key } of told.filter(({ kind }) => kind === mark)) {
      this.#waiting.get(key)?.();
      this.#waiting.delete(key);
    }
  }

  #lost(error: unknown): void {
    if (this.#stopped) return;
    const { from, positions, log } = this.#following;
    log.warn({ error, from }, 'the line of facts was lost; opening it again');
    this.#work = this.#work.then(async () => {
      if (isHistoryLost(error)) await positions.deleteOne({ _id: from });
      await pause();
      if (!this.#stopped) await this.start().catch((again: unknown) => this.#lost(again));
    });
  }
}

function isOnlyDuplicates(error: unknown): boolean {
  if (!isDuplicateKey(error)) return false;
  const faults = (error as { writeErrors?: { code?: number }[] }).writeErrors ?? [];
  return faults.every(({ code }) => code === 11_000);
}

function stateAfter(change: ChangeStreamDocument): FactRecord[] {
  return 'fullDocument' in change && change.fullDocument ? [change.fullDocument as FactRecord] : [];
}

/** MongoDB's answers to a token that it cannot resume from: ChangeStreamHistoryLost, ChangeStreamFatalError, InvalidResumeToken. */
const uselessToken: readonly unknown[] = [286, 280, 260];

function isHistoryLost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && uselessToken.includes(error.code);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500));
}

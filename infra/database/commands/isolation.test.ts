// Transactions that run at once: each must have seen one moment, and nothing that two of them wrote may be lost.
import fc from 'fast-check';
import type { ClientSession, Collection, Filter, UpdateFilter } from 'mongodb';
import { MongoServerError } from 'mongodb';
import { startSample } from '../sample.ts';
import type { Sample } from '../sample.ts';

type Thing = { _id: number; g: number; v: number; u?: number };
type Things = ReadonlyMap<number, Thing>;

/** What a transaction does, in the database and on a model of it; both answer alike. */
type Step = {
  name: string;
  run: (things: Collection<Thing>, session: ClientSession) => Promise<unknown>;
  model: (state: Map<number, Thing>) => unknown;
};

let sample: Sample;
let counter = 0;

beforeAll(async () => {
  sample = await startSample();
});

afterAll(() => sample.stop());

function matching(state: Things, isMeant: (thing: Thing) => boolean): Thing[] {
  return [...state.values()].filter(isMeant).sort((left, right) => left._id - right._id);
}

function put(state: Map<number, Thing>, changed: readonly Thing[]): number {
  for (const thing of changed) state.set(thing._id, thing);
  return changed.length;
}

const more = (thing: Thing): Thing => ({ ...thing, v: thing.v + 1 });
const MORE: UpdateFilter<Thing> = { $inc: { v: 1 } };

/** A condition in the two forms. */
type Condition = { filter: Filter<Thing>; isMeant: (thing: Thing) => boolean };

const id = fc.integer({ min: 0, max: 4 });
const small = fc.integer({ min: 0, max: 2 });

const condition: fc.Arbitrary<Condition> = fc.oneof(
  id.map((_id) => ({ filter: { _id }, isMeant: (one: Thing) => one._id === _id })),
  fc.tuple(id, small).map(([_id, g]) => ({
    filter: { _id, g },
    isMeant: (one: Thing) => one._id === _id && one.g === g,
  })),
  fc.tuple(id, id, small).map(([a, b, g]) => ({
    filter: { _id: { $in: [a, b] }, g },
    isMeant: (one: Thing) => (one._id === a || one._id === b) && one.g === g,
  })),
  small.map((g) => ({ filter: { g }, isMeant: (one: Thing) => one.g === g })),
  small.map((v) => ({ filter: { v: { $gt: v } }, isMeant: (one: Thing) => one.v > v })),
  id.map((u) => ({ filter: { u }, isMeant: (one: Thing) => one.u === u })),
  fc.tuple(id, small).map(([_id, g]) => ({
    filter: { $or: [{ _id }, { g }] },
    isMeant: (one: Thing) => one._id === _id || one.g === g,
  })),
);

const reading: fc.Arbitrary<Step> = fc
  .tuple(condition, fc.constantFrom('find', 'count', 'sum', 'join', 'distinct', 'view'))
  .map(([{ filter, isMeant }, kind]) => ({
    name: `${kind} ${JSON.stringify(filter)}`,
    run: (things, session) => READS[kind]?.(things, filter, session) ?? Promise.resolve(),
    model: (state) => MODELS[kind]?.(matching(state, isMeant), state),
  }));

function inNumbers(numbers: readonly number[]): number[] {
  return numbers.toSorted((left, right) => left - right);
}

type Read = (
  things: Collection<Thing>,
  filter: Filter<Thing>,
  session: ClientSession,
) => Promise<unknown>;

const READS: Readonly<Record<string, Read>> = {
  find: (things, filter, session) => things.find(filter, { session }).sort({ _id: 1 }).toArray(),
  count: (things, filter, session) => things.countDocuments(filter, { session }),
  sum: async (things, filter, session) => {
    const group = { $group: { _id: null, v: { $sum: '$v' } } };
    const [made] = await things.aggregate([{ $match: filter }, group], { session }).toArray();
    return made?.['v'] ?? 0;
  },
  join: async (things, filter, session) => {
    const lookup = { from: things.collectionName, localField: '_id', foreignField: 'u', as: 'of' };
    const stages = [{ $match: filter }, { $lookup: lookup }, { $sort: { _id: 1 } }];
    const made = await things.aggregate(stages, { session }).toArray();
    return made.map((one) => one['of']);
  },
  distinct: async (things, filter, session) =>
    inNumbers(await things.distinct('g', filter, { session })),
  view: (things, filter, session) =>
    sample.client
      .db('known')
      .collection<Thing>(`${things.collectionName}View`)
      .find(filter, { session })
      .sort({ _id: 1 })
      .toArray(),
};

const MODELS: Readonly<Record<string, (found: readonly Thing[], state: Things) => unknown>> = {
  find: (found) => found,
  count: (found) => found.length,
  sum: (found) => found.reduce((sum, { v }) => sum + v, 0),
  join: (found, state) => found.map(({ _id }) => matching(state, ({ u }) => u === _id)),
  distinct: (found) => inNumbers([...new Set(found.map(({ g }) => g))]),
  view: (found) => found,
};

const changing: fc.Arbitrary<Step> = fc
  .tuple(condition, fc.constantFrom<'more' | 'move' | 'delete'>('more', 'move', 'delete'), small)
  .map(([{ filter, isMeant }, kind, g]) => ({
    name: `${kind} ${JSON.stringify(filter)}`,
    run: async (things, session) => {
      if (kind === 'delete') return (await things.deleteMany(filter, { session })).deletedCount;
      const update = kind === 'more' ? MORE : { $set: { g }, $inc: { v: 1 } };
      return (await things.updateMany(filter, update, { session })).modifiedCount;
    },
    model: (state) => {
      const found = matching(state, isMeant);
      if (kind === 'more') return put(state, found.map(more));
      if (kind === 'move')
        return put(
          state,
          found.map((one) => ({ ...more(one), g })),
        );
      for (const { _id } of found) state.delete(_id);
      return found.length;
    },
  }));

const upserting: fc.Arbitrary<Step> = fc.tuple(id, fc.boolean()).map(([_id, isNew]) => ({
  name: `upsert ${_id}`,
  run: (things, session) =>
    things.findOneAndUpdate(
      { _id },
      { ...MORE, $setOnInsert: { g: 0 } },
      { upsert: true, session, returnDocument: isNew ? 'after' : 'before' },
    ),
  model: (state) => {
    const before = state.get(_id) ?? null;
    const after = before === null ? { _id, g: 0, v: 1 } : more(before);
    state.set(_id, after);
    return isNew ? after : before;
  },
}));

const inserting: fc.Arbitrary<Step> = fc.tuple(id, small, id).map(([_id, g, u]) => ({
  name: `insert ${_id}, u ${u}`,
  run: async (things, session) => {
    await things.insertOne({ _id, g, v: 0, u }, { session });
    return 'inserted';
  },
  model: (state) => {
    const isTaken = state.has(_id) || matching(state, (one) => one.u === u).length > 0;
    if (isTaken) return 'taken';
    state.set(_id, { _id, g, v: 0, u });
    return 'inserted';
  },
}));

const step = fc.oneof(reading, changing, upserting, inserting);

type Running = {
  session: ClientSession;
  /** How many had committed when it began. */
  since: number;
  done: { step: Step; answer: unknown }[];
  isEnded: boolean;
  busy: Promise<void> | undefined;
};

/** What had been committed: the state after each, and what it changed. */
type History = { states: Things[]; changes: ReadonlySet<string>[] };

/** The documents and unique keys that differ. */
function changesBetween(before: Things, after: Things): Set<string> {
  const changed = new Set<string>();
  for (const _id of new Set([...before.keys(), ...after.keys()])) {
    const [old, fresh] = [before.get(_id), after.get(_id)];
    if (JSON.stringify(old) === JSON.stringify(fresh)) continue;
    changed.add(`id ${_id}`);
    if (old?.u === fresh?.u) continue;
    changed.add(`u ${old?.u}`).add(`u ${fresh?.u}`);
  }
  changed.delete('u undefined');
  return changed;
}

/** The state that a transaction leaves if it saw the given one, or undefined when it cannot have seen that. */
function replay(seen: Things, { done }: Running): Map<number, Thing> | undefined {
  const state = new Map(seen);
  for (const {
    step: { model },
    answer,
  } of done)
    if (JSON.stringify(inOrder(model(state))) !== JSON.stringify(inOrder(answer))) return undefined;
  return state;
}

/** Fields in one order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, inOrder(one)] as const);
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The moments that a transaction can have seen, with what it changed. */
function momentsOf(history: History, running: Running): { at: number; after: Things }[] {
  const moments: { at: number; after: Things }[] = [];
  for (const [at, state] of history.states.entries()) {
    const after = at < running.since ? undefined : replay(state, running);
    if (after !== undefined) moments.push({ at, after });
  }
  return moments;
}

/** Adds what a transaction committed; says what is wrong with it. */
function addCommit(history: History, running: Running): string | undefined {
  const moments = momentsOf(history, running);
  if (moments.length === 0) return 'saw no moment';
  for (const { at, after } of moments) {
    const before = history.states[at] ?? new Map<number, Thing>();
    const changed = changesBetween(before, after);
    const isLost = history.changes.slice(at).some((others) => !others.isDisjointFrom(changed));
    if (isLost) continue;
    const next = new Map(history.states.at(-1));
    for (const name of changed) {
      const [kind, number] = name.split(' ');
      if (kind !== 'id') continue;
      const thing = after.get(Number(number));
      if (thing === undefined) next.delete(Number(number));
      else next.set(thing._id, thing);
    }
    history.states.push(next);
    history.changes.push(changed);
    return undefined;
  }
  return 'overwrote what another had changed since';
}

function stepsOf(running: Running): string {
  return running.done
    .map(({ step: { name }, answer }) => `${name} → ${JSON.stringify(answer)}`)
    .join('; ');
}

const ACCEPTED = new Set<unknown>([112, 11_000, 251]);

async function runStep(running: Running, one: Step, things: Collection<Thing>): Promise<void> {
  try {
    running.done.push({ step: one, answer: await one.run(things, running.session) });
  } catch (error) {
    running.isEnded = true;
    if (!(error instanceof MongoServerError) || !ACCEPTED.has(error.code)) throw error;
    if (error.code === 11_000) running.done.push({ step: one, answer: 'taken' });
  } finally {
    running.busy = undefined;
  }
}

/** A moment: who is not done by then waits for another. */
function moment(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 12);
  });
}

type Turn = { client: number; isCommit: boolean; step: Step };

const turn: fc.Arbitrary<Turn> = fc.record({
  client: fc.integer({ min: 0, max: 2 }),
  isCommit: fc.nat({ max: 4 }).map((one) => one === 0),
  step,
});

function describeTurn({ client, isCommit, step: { name } }: Turn): string {
  return `${client}: ${name}${isCommit ? ', or commit' : ''}`;
}

const FIRST: readonly Thing[] = [
  { _id: 0, g: 0, v: 0, u: 0 },
  { _id: 1, g: 1, v: 0, u: 1 },
  { _id: 2, g: 1, v: 0 },
];

async function makeThings(): Promise<Collection<Thing>> {
  counter += 1;
  const db = sample.client.db('known');
  const things = db.collection<Thing>(`isolated${counter}`);
  await things.createIndexes([{ key: { g: 1 } }, { key: { u: 1 }, unique: true, sparse: true }]);
  const pipeline = [{ $addFields: { seen: 1 } }, { $unset: 'seen' }];
  await db.createCollection(`${things.collectionName}View`, {
    viewOn: things.collectionName,
    pipeline,
  });
  await things.insertMany([...FIRST]);
  return things;
}

function begin(history: History): Running {
  const session = sample.client.startSession();
  session.startTransaction();
  const since = history.states.length - 1;
  return { session, since, done: [], isEnded: false, busy: undefined };
}

/** Commits, unless it had to give up; says what is wrong with what it saw or wrote. */
async function finish(history: History, running: Running): Promise<string[]> {
  await running.busy;
  let fault: string | undefined;
  if (!running.isEnded) {
    await running.session.commitTransaction();
    fault = addCommit(history, running);
  } else if (momentsOf(history, running).length === 0) fault = 'saw no moment, and gave up';
  await running.session.endSession();
  return fault === undefined ? [] : [`${fault}: ${stepsOf(running)}`];
}

async function differences(things: Collection<Thing>, { states }: History): Promise<string[]> {
  const stored = JSON.stringify(inOrder(await things.find().sort({ _id: 1 }).toArray()));
  const expected = JSON.stringify(inOrder(matching(states.at(-1) ?? new Map(), () => true)));
  return stored === expected ? [] : [`holds ${stored} instead of ${expected}`];
}

async function play(turns: readonly Turn[]): Promise<string[]> {
  const things = await makeThings();
  const history: History = { states: [new Map(FIRST.map((one) => [one._id, one]))], changes: [] };
  const faults: string[] = [];
  const clients = new Map<number, Running>();
  for (const { client, isCommit, step: one } of turns) {
    const known = clients.get(client);
    if (known?.busy !== undefined) continue;
    if (known !== undefined && (isCommit || known.isEnded)) {
      clients.delete(client);
      faults.push(...(await finish(history, known)));
      continue;
    }
    const running = known ?? begin(history);
    clients.set(client, running);
    running.busy = runStep(running, one, things);
    await Promise.race([running.busy, moment()]);
  }
  for (const running of clients.values()) faults.push(...(await finish(history, running)));
  faults.push(...(await differences(things, history)));
  await things.drop();
  return faults;
}

describe('transactions that run at once', () => {
  it('each see one moment, and overwrite nothing that changed since', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 6, maxLength: 30 }), async (turns) => {
        const faults = await play(turns);
        expect(faults.length === 0 ? [] : [...faults, ...turns.map(describeTurn)]).toEqual([]);
      }),
      { numRuns: 80 },
    );
  }, 120_000);
});

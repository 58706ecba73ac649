// The database is killed again and again under load, and must have lost nothing it said it had:
// npm run database:crash -- --kills 300 [--synchronous FULL]
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { MongoClient, MongoServerError } from 'mongodb';
import type { ChangeStream, ClientSession, Db } from 'mongodb';
import { isProgram } from './program.ts';

/** What is tried. */
export type CrashOptions = {
  kills: number;
  synchronous: 'FULL' | 'NORMAL';
  report?: (line: string) => void;
};

/** What was found; every list of faults must be empty. */
export type CrashResult = {
  kills: number;
  acknowledgedInserts: number;
  acknowledgedTransfers: number;
  increments: { acknowledged: number; unknown: number; counted: number };
  changeEvents: number;
  lostInserts: number[];
  doubledInserts: number[];
  lostTransfers: number[];
  tornTransfers: number[];
  missedEvents: number[];
  doubledEvents: number[];
  brokenIndexes: string[];
};

type Child = { process: ChildProcess; uri: string };

async function start(folder: string, synchronous: string): Promise<Child> {
  const main = new URL('./main.ts', import.meta.url).pathname;
  const [file, socket] = [join(folder, 'data.db'), join(folder, 'database.sock')];
  const parameters = [main, '--data', file, '--socket', socket, '--synchronous', synchronous];
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout }))
    if (line.startsWith('ready ')) return { process: child, uri: line.slice('ready '.length) };
  throw new Error('The database ended before it was ready.');
}

async function kill({ process: child }: Child): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis);
  });
}

/** What the writers know. */
type Ledger = {
  isStopped: boolean;
  nextInsert: number;
  nextTransfer: number;
  inserts: Set<number>;
  transfers: Set<number>;
  incremented: number;
  unknownIncrements: number;
  events: number[];
};

const INSERTS = 'inserts';
const [FROM, TO] = ['from', 'to'];
const COUNTERS = 'counters';

type Numbered = { n: number };
type Counter = { name: string; value: number };

async function prepare(db: Db): Promise<void> {
  await db
    .collection(INSERTS)
    .createIndexes([
      { key: { n: 1 }, unique: true },
      { key: { tag: 1, n: -1 } },
      { key: { list: 1 } },
      { key: { tag: 1 }, name: 'partial', partialFilterExpression: { n: { $gt: 100 } } },
    ]);
  for (const name of [FROM, TO]) await db.collection(name).createIndex({ n: 1 }, { unique: true });
  await db.collection<Counter>(COUNTERS).insertOne({ name: 'one', value: 0 });
}

async function insertAlways(db: Db, ledger: Ledger): Promise<void> {
  while (!ledger.isStopped) {
    const n = ledger.nextInsert;
    ledger.nextInsert += 1;
    try {
      await db
        .collection(INSERTS)
        .insertOne({ n, tag: `t${n % 9}`, list: [n % 5, n % 7, 'k'], pad: 'x'.repeat(300) });
      ledger.inserts.add(n);
    } catch (error) {
      refuseDuplicate(error);
    }
  }
}

/** Whatever else went wrong has an unknown outcome; a duplicate means that a write was done twice. */
function refuseDuplicate(error: unknown): void {
  if (error instanceof MongoServerError && error.code === 11_000) throw error;
}

async function incrementAlways(db: Db, ledger: Ledger): Promise<void> {
  while (!ledger.isStopped)
    try {
      await db.collection<Counter>(COUNTERS).updateOne({ name: 'one' }, { $inc: { value: 1 } });
      ledger.incremented += 1;
    } catch {
      ledger.unknownIncrements += 1;
    }
}

async function transferAlways(client: MongoClient, db: Db, ledger: Ledger): Promise<void> {
  while (!ledger.isStopped) {
    const n = ledger.nextTransfer;
    ledger.nextTransfer += 1;
    try {
      await client.withSession((session) => transfer(db, session, n));
      ledger.transfers.add(n);
    } catch (error) {
      refuseDuplicate(error);
    }
  }
}

async function transfer(db: Db, session: ClientSession, n: number): Promise<void> {
  await session.withTransaction(async () => {
    await db.collection(FROM).insertOne({ n, amount: -1 }, { session });
    await db.collection(TO).insertOne({ n, amount: 1 }, { session });
  });
}

async function follow(stream: ChangeStream<Numbered>, ledger: Ledger): Promise<void> {
  try {
    for await (const event of stream)
      if (event.operationType === 'insert') ledger.events.push(event.fullDocument.n);
  } catch (error) {
    if (!stream.closed) throw error;
  }
}

/**
 * Kills the database so many times, and compares what it has with what it acknowledged.
 *
 * @throws whatever the writers met that must not happen, as a duplicate key
 */
export async function runCrashTest(options: CrashOptions): Promise<CrashResult> {
  const folder = mkdtempSync(join(tmpdir(), 'database-crash-'));
  let child = await start(folder, options.synchronous);
  const client = new MongoClient(child.uri, {
    serverSelectionTimeoutMS: 20_000,
    heartbeatFrequencyMS: 500,
  });
  try {
    await client.connect();
    const db = client.db('crash');
    await prepare(db);
    const ledger = newLedger();
    const stream = db.collection<Numbered>(INSERTS).watch();
    await stream.tryNext();
    const following = follow(stream, ledger);
    const writers = [
      ...Array.from({ length: 4 }, () => insertAlways(db, ledger)),
      ...Array.from({ length: 2 }, () => incrementAlways(db, ledger)),
      ...Array.from({ length: 2 }, () => transferAlways(client, db, ledger)),
    ];
    for (let round = 1; round <= options.kills; round += 1) {
      await underLoad(ledger);
      await kill(child);
      child = await start(folder, options.synchronous);
      if (round % 10 === 0) options.report?.(`${round} kills, ${ledger.inserts.size} inserts`);
    }
    await pause(300);
    ledger.isStopped = true;
    await Promise.all(writers);
    await caughtUp(db, ledger);
    await stream.close();
    await following;
    return await compare(db, ledger, options.kills);
  } finally {
    await client.close();
    await kill(child);
    rmSync(folder, { recursive: true });
  }
}

const MOST_LOADING = 10_000;

/** Waits until writes are acknowledged again, and then for any moment of the next ones. */
async function underLoad(ledger: Ledger): Promise<void> {
  const [before, deadline] = [progressOf(ledger), Date.now() + MOST_LOADING];
  while (progressOf(ledger) < before + 10 && Date.now() < deadline) await pause(5);
  await pause(Math.random() * 100);
}

function progressOf({ inserts, transfers, incremented }: Ledger): number {
  return inserts.size + transfers.size + incremented;
}

function newLedger(): Ledger {
  return {
    isStopped: false,
    nextInsert: 0,
    nextTransfer: 0,
    inserts: new Set(),
    transfers: new Set(),
    incremented: 0,
    unknownIncrements: 0,
    events: [],
  };
}

const MOST_WAITING = 20_000;

/** Waits until the stream told of the last insert. */
async function caughtUp(db: Db, ledger: Ledger): Promise<void> {
  const newest = db.collection<Numbered>(INSERTS).find().sort({ $natural: -1 }).limit(1);
  const [last] = await newest.toArray();
  if (last === undefined) return;
  const deadline = Date.now() + MOST_WAITING;
  while (!ledger.events.includes(last.n) && Date.now() < deadline) await pause(50);
}

async function numbersIn(db: Db, name: string): Promise<number[]> {
  const found = await db.collection<Numbered>(name).find().toArray();
  return found.map(({ n }) => n);
}

function twice(numbers: readonly number[]): number[] {
  const seen = new Set<number>();
  return numbers.filter((n) => seen.size === seen.add(n).size);
}

async function compare(db: Db, ledger: Ledger, kills: number): Promise<CrashResult> {
  const inserted = await numbersIn(db, INSERTS);
  const [from, to] = [new Set(await numbersIn(db, FROM)), new Set(await numbersIn(db, TO))];
  const stored = new Set(inserted);
  const told = new Set(ledger.events);
  const counter = await db.collection<Counter>(COUNTERS).findOne({ name: 'one' });
  return {
    kills,
    acknowledgedInserts: ledger.inserts.size,
    acknowledgedTransfers: ledger.transfers.size,
    increments: {
      acknowledged: ledger.incremented,
      unknown: ledger.unknownIncrements,
      counted: counter?.value ?? -1,
    },
    changeEvents: ledger.events.length,
    lostInserts: [...ledger.inserts].filter((n) => !stored.has(n)),
    doubledInserts: twice(inserted),
    lostTransfers: [...ledger.transfers].filter((n) => !from.has(n)),
    tornTransfers: [...from.symmetricDifference(to)],
    missedEvents: [...stored].filter((n) => !told.has(n)),
    doubledEvents: twice(ledger.events),
    brokenIndexes: await brokenIndexes(db),
  };
}

async function brokenIndexes(db: Db): Promise<string[]> {
  const broken: string[] = [];
  for (const name of [INSERTS, FROM ?? '', TO ?? '', COUNTERS]) {
    const { valid, errors } = await db.command({ validate: name });
    if (valid !== true) broken.push(`${name}: ${JSON.stringify(errors)}`);
  }
  return broken;
}

/** What in a result must not be. */
export function faultsOf(result: CrashResult): string[] {
  const { increments } = result;
  const faults = Object.entries(result)
    .filter(([, value]) => Array.isArray(value) && value.length > 0)
    .map(([name, value]) => `${name}: ${JSON.stringify(value).slice(0, 300)}`);
  const most = increments.acknowledged + increments.unknown;
  if (increments.counted < increments.acknowledged || increments.counted > most)
    faults.push(`increments: ${JSON.stringify(increments)}`);
  return faults;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '300' },
      synchronous: { type: 'string', default: 'FULL' },
    },
  });
  const result = await runCrashTest({
    kills: Number(values.kills),
    synchronous: values.synchronous === 'NORMAL' ? 'NORMAL' : 'FULL',
    report: (line) => process.stdout.write(`${line}\n`),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  const faults = faultsOf(result);
  process.stdout.write(
    faults.length === 0 ? 'nothing lost, torn, doubled or missed\n' : `${faults.join('\n')}\n`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (isProgram(import.meta.url)) await run();

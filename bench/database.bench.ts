/** How fast is the embedded database through mongoose on 100,000 documents, and how fast beside it the prototype it is measured by? [--prototype FOLDER] [--documents N] [--rounds N] [--millis N] [--only WORD] [--gigabytes N] [--profile FOLDER] */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import mongoose from 'mongoose';
import { startDatabase } from '../infra/database/server.ts';
import { rows, thing, thingsOf } from './database-rows.ts';
import type { Row, Subject } from './database-rows.ts';
import {
  embedded,
  processorMillis,
  prototype,
  residentMegabytes,
  stop,
} from './database-servers.ts';
import type { Program, Running } from './database-servers.ts';
import { report } from './machine.ts';

const { values } = parseArgs({
  options: {
    prototype: { type: 'string' },
    documents: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    millis: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    gigabytes: { type: 'string', default: '1' },
    profile: { type: 'string' },
  },
});
const documents = Number(values.documents);
const rounds = Number(values.rounds);
const millis = Number(values.millis);
const gigabytes = Number(values.gigabytes);

/** One server with what it was asked so far. */
type Side = { program: Program; file: string; running: Running; subject: Subject };

/** What came out in one round: how often a second, and the server's processor time for one, microseconds. */
type Outcome = { rate: number; micros: number };

async function connect(running: Running): Promise<mongoose.Connection> {
  return await mongoose
    .createConnection(running.uri, { dbName: 'bench', maxPoolSize: 20 })
    .asPromise();
}

async function fill(program: Program, folder: string): Promise<Side> {
  const file = join(folder, `${program.name}.db`);
  const running = await program.start(file);
  const connection = await connect(running);
  const things = await thingsOf(connection);
  for (let from = 0; from < documents; from += 1000)
    await things.insertMany(
      Array.from({ length: Math.min(1000, documents - from) }, (_, at) => thing(from + at)),
    );
  const some = await things.find().limit(1000).select('_id').lean();
  let last = documents;
  const next = (): number => (last += 1);
  const ids = some.map(({ _id }) => _id);
  return { program, file, running, subject: { connection, things, documents, ids, next } };
}

/** Does a row's work for a while. */
async function measure({ running, subject }: Side, row: Row, until: number): Promise<Outcome> {
  const before = processorMillis(running);
  const started = performance.now();
  let [at, done] = [0, 0];
  const worker = async (): Promise<void> => {
    do {
      at += 1;
      const more = await row.work(subject, at);
      done += more;
    } while (performance.now() - started < until);
  };
  await Promise.all(Array.from({ length: row.atOnce }, worker));
  const rate = (done * 1000) / (performance.now() - started);
  return { rate, micros: ((processorMillis(running) - before) * 1000) / done };
}

type Spread = { median: number; min: number; max: number };

function spread(numbers: readonly number[], digits = 0): Spread {
  const sorted = numbers.toSorted((left, right) => left - right);
  const at = (index: number): number => Number((sorted[index] ?? Number.NaN).toFixed(digits));
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) };
}

/** The sides in turn, each round beginning with another one, so that a noisy minute falls on all of them. */
function inTurn<T>(sides: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? sides : sides.toReversed();
}

async function compare(sides: readonly Side[], row: Row): Promise<object> {
  const outcomes = new Map(sides.map(({ program }) => [program.name, new Array<Outcome>()]));
  // Once before, so that no round is the first.
  for (const side of sides) await measure(side, row, millis / 2);
  for (let round = 0; round < rounds; round += 1)
    for (const side of inTurn(sides, round))
      outcomes.get(side.program.name)?.push(await measure(side, row, millis));
  const summary = [...outcomes].map(([name, all]) => ({
    name,
    rate: spread(all.map(({ rate }) => rate)),
    micros: spread(
      all.map(({ micros }) => micros),
      1,
    ).median,
  }));
  const made = Object.fromEntries(
    summary.map(({ name, rate, micros }) => [name, { ...rate, processorMicros: micros }]),
  );
  console.error(row.name, JSON.stringify({ ...made, ...ratioOf(summary.map(({ rate }) => rate)) }));
  return { ...made, ...ratioOf(summary.map(({ rate }) => rate)) };
}

/** Of the medians; the second is what the first is measured by. */
function ratioOf([first, second]: readonly Spread[]): { ratio?: number } {
  return first === undefined || second === undefined
    ? {}
    : { ratio: Number((first.median / second.median).toFixed(2)) };
}

function memoryOf(sides: readonly Side[]): Record<string, number> {
  return Object.fromEntries(
    sides.map(({ program, running }) => [program.name, Math.round(residentMegabytes(running))]),
  );
}

type Start = { ready: number; processor: number; first: number; memory: number };

/** Starts a server on a file that is there, asks it one thing, and ends it. */
async function startOnce(program: Program, file: string): Promise<Start> {
  const began = performance.now();
  const running = await program.start(file);
  const processor = processorMillis(running);
  const connection = await connect(running);
  await connection.collection('things').findOne({ number: 1 });
  const first = performance.now() - began;
  const memory = residentMegabytes(running);
  await connection.close();
  await stop(running);
  return { ready: running.readyMillis, processor, first, memory };
}

async function compareStarts(
  places: readonly { program: Program; file: string }[],
): Promise<object> {
  const starts = new Map(places.map(({ program }) => [program.name, new Array<Start>()]));
  for (const { program, file } of places) await startOnce(program, file);
  for (let round = 0; round < rounds; round += 1)
    for (const { program, file } of inTurn(places, round))
      starts.get(program.name)?.push(await startOnce(program, file));
  const made = [...starts].map(([name, all]) => [
    name,
    {
      readyMillis: spread(all.map(({ ready }) => ready)),
      processorMillis: spread(all.map(({ processor }) => processor)),
      firstAnswerMillis: spread(all.map(({ first }) => first)),
      residentMegabytes: spread(all.map(({ memory }) => memory)),
    },
  ]);
  return Object.fromEntries(made);
}

/** Starts it as `npm start` does, in a thread of this process. */
async function startsInThread(file: string): Promise<Spread> {
  const all: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now();
    const database = await startDatabase({ file, listen: { host: '127.0.0.1', port: 0 } });
    all.push(performance.now() - began);
    await database.close();
  }
  return spread(all.slice(1));
}

const textLength = 20_000;

/** Makes a file as large as that; documents are long, as it is size that counts here. */
async function makeLarge(program: Program, folder: string): Promise<string> {
  const file = join(folder, `${program.name}-large.db`);
  const running = await program.start(file);
  const connection = await connect(running);
  const things = await thingsOf(connection);
  for (let from = 0; (await stat(file)).size < gigabytes * 2 ** 30; from += 250)
    await things.insertMany(Array.from({ length: 250 }, (_, at) => thing(from + at, textLength)));
  await connection.close();
  await stop(running);
  return file;
}

const folder = await mkdtemp(join(tmpdir(), 'database-bench-'));
const programs = [embedded(values.profile)];
if (values.prototype === undefined)
  console.error('Without --prototype FOLDER the embedded database is measured alone.');
else programs.push(await prototype(values.prototype));
const figures: Record<string, object> = {};
try {
  const sides: Side[] = [];
  for (const program of programs) sides.push(await fill(program, folder));
  figures['memory after filling: MB'] = memoryOf(sides);
  for (const row of rows)
    if (row.name.includes(values.only)) figures[row.name] = await compare(sides, row);
  figures['memory after all of this: MB'] = memoryOf(sides);
  for (const { running, subject } of sides) {
    await subject.connection.close();
    await stop(running);
  }
  if (values.only === '' || values.only === 'start') {
    figures['start with these documents'] = await compareStarts(sides);
    figures['start in a thread, with these documents: ms'] = await startsInThread(
      join(folder, 'embedded.db'),
    );
    if (gigabytes > 0) {
      const places: { program: Program; file: string }[] = [];
      for (const program of programs)
        places.push({ program, file: await makeLarge(program, folder) });
      figures[`start on ${gigabytes} GB`] = await compareStarts(places);
      figures[`start in a thread, on ${gigabytes} GB: ms`] = await startsInThread(
        join(folder, 'embedded-large.db'),
      );
    }
  }
} finally {
  await rm(folder, { recursive: true });
}
if (values.only === '')
  await report('database', {
    documents,
    rounds,
    millisARound: millis,
    measuredBeside: programs.slice(1).map(({ name }) => name),
    figures,
  });
else console.log(JSON.stringify(figures, null, 2));

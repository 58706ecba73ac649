/** How fast is the embedded database through mongoose on 100,000 documents (operations or documents a second, MB)? [--documents N] [--uri URI: measure another server instead] */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import mongoose from 'mongoose';
import { report } from './machine.ts';

const { values } = parseArgs({
  options: { documents: { type: 'string', default: '100000' }, uri: { type: 'string' } },
});
const documents = Number(values.documents);

type Running = { uri: string; process: ChildProcess | undefined; readyMillis: number };

async function start(file: string): Promise<Running> {
  if (values.uri !== undefined) return { uri: values.uri, process: undefined, readyMillis: 0 };
  const main = new URL('../infra/database/main.ts', import.meta.url).pathname;
  const started = performance.now();
  const child = spawn(process.execPath, [main, '--data', file, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout }))
    if (line.startsWith('ready '))
      return {
        uri: line.slice(6),
        process: child,
        readyMillis: Math.round(performance.now() - started),
      };
  throw new Error('The database did not start.');
}

async function stop({ process: child }: Running): Promise<void> {
  if (child === undefined) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

function residentMegabytes(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  const found = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return found === null ? undefined : Math.round(Number(found[1]) / 1024);
}

const categories = 50;
const schema = new mongoose.Schema(
  {
    number: Number,
    category: Number,
    price: Number,
    at: Date,
    tags: [String],
    grams: [String],
    text: String,
  },
  { versionKey: false, autoIndex: false },
);
schema.index({ number: 1 }, { unique: true });
schema.index({ category: 1, price: 1 });
schema.index({ at: -1 });
schema.index({ tags: 1 });
schema.index({ grams: 1 });

type Thing = {
  number: number;
  category: number;
  price: number;
  at: Date;
  tags: string[];
  grams: string[];
  text: string;
};

function gramsOf(text: string): string[] {
  return Array.from({ length: text.length - 2 }, (_, at) => text.slice(at, at + 3));
}

function thing(number: number): Thing {
  const word = ((number * 2_654_435_761) % 1_679_616).toString(36).padStart(5, '0');
  return {
    number,
    category: number % categories,
    price: (number * 7919) % 100_000,
    at: new Date(1_600_000_000_000 + number * 1000),
    tags: [`t${number % 100}`, `u${number % 7}`],
    grams: gramsOf(word),
    text: `${word} ${'x'.repeat(200)}`,
  };
}

/** Does something again and again for a while, so many at a time; gives how often a second. */
async function rate(
  work: (at: number) => Promise<unknown>,
  atOnce = 1,
  millis = 3000,
): Promise<number> {
  const started = performance.now();
  let count = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - started < millis) {
      count += 1;
      await work(count);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return Math.round((count * 1000) / (performance.now() - started));
}

const folder = await mkdtemp(join(tmpdir(), 'database-bench-'));
const file = join(folder, 'data.db');
let running = await start(file);
let connection = await mongoose.createConnection(running.uri, { dbName: 'bench' }).asPromise();
await connection.dropDatabase();
let Things = connection.model('Thing', schema);
await Things.createIndexes();
const figures: Record<string, number | undefined> = {};

const began = performance.now();
for (let from = 0; from < documents; from += 1000)
  await Things.insertMany(
    Array.from({ length: Math.min(1000, documents - from) }, (_, at) => thing(from + at)),
  );
figures['insertMany by 1,000: documents a second'] = Math.round(
  (documents * 1000) / (performance.now() - began),
);

let next = documents;
const insertOne = async (): Promise<void> => {
  next += 1;
  await Things.create(thing(next));
};
figures['insertOne, one after the other: a second'] = await rate(insertOne);
figures['insertOne, sixteen in flight: a second'] = await rate(insertOne, 16);
const some = await Things.find().limit(500).select('_id').lean();
figures['findById: a second'] = await rate((at) =>
  Things.findById(some[at % some.length]?._id).lean(),
);
figures['findOne by unique key: a second'] = await rate((at) =>
  Things.findOne({ number: (at * 7919) % documents }).lean(),
);
figures['range of 20, sorted by the index: a second'] = await rate((at) =>
  Things.find({ category: at % categories, price: { $gte: 20_000 } })
    .sort({ price: 1 })
    .limit(20)
    .lean(),
);
figures['$all over n-grams: a second'] = await rate((at) =>
  Things.find({ grams: { $all: thing((at * 31) % documents).grams } })
    .limit(20)
    .lean(),
);
figures['$match, $group, $lookup: a second'] = await rate((at) =>
  Things.aggregate([
    { $match: { category: at % categories, price: { $lt: 20_000 } } },
    { $group: { _id: '$category', sum: { $sum: '$price' }, first: { $min: '$number' } } },
    { $lookup: { from: 'things', localField: 'first', foreignField: 'number', as: 'cheapest' } },
  ]),
);
const scan = performance.now();
await Things.aggregate([{ $group: { _id: '$category', sum: { $sum: '$price' } } }]);
figures['$group over all: documents a second'] = Math.round(
  (next * 1000) / (performance.now() - scan),
);
const regex = performance.now();
await Things.countDocuments({ text: /zzzz/ });
figures['unindexed pattern: documents a second'] = Math.round(
  (next * 1000) / (performance.now() - regex),
);
const all = performance.now();
let seen = 0;
for await (const one of Things.find().lean().cursor({ batchSize: 1000 }))
  seen += Number(one.category !== undefined);
figures['cursor over all: documents a second'] = Math.round(
  (seen * 1000) / (performance.now() - all),
);
figures['transaction of two writes, one after the other: a second'] = await rate(async () => {
  await connection.transaction(async (session) => {
    next += 2;
    await Things.create([thing(next)], { session });
    await Things.updateOne({ number: next % documents }, { $inc: { price: 1 } }, { session });
  });
});
figures['memory at the end, MB'] = residentMegabytes(running.process?.pid);
await connection.close();
await stop(running);
if (values.uri === undefined) {
  figures['file, MB'] = Math.round((await stat(file)).size / 1_048_576);
  running = await start(file);
  figures['ready with these documents, ms'] = running.readyMillis;
  connection = await mongoose.createConnection(running.uri, { dbName: 'bench' }).asPromise();
  Things = connection.model('Thing', schema);
  await Things.findOne({ number: 1 }).lean();
  figures['memory after the start, MB'] = residentMegabytes(running.process?.pid);
  await connection.close();
  await stop(running);
}
await rm(folder, { recursive: true });
await report('database', {
  documents,
  server: values.uri === undefined ? 'embedded' : 'another',
  figures,
});

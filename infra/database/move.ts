// Copies every collection and index from one MongoDB to another, and compares them:
// npm run database:move -- --from URI --to URI [--only DATABASE,DATABASE] [--verify-only]
import { parseArgs } from 'node:util';
import { BSON, MongoClient } from 'mongodb';
import type { Collection, Db, Document } from 'mongodb';
import { readDocument } from './bson/reader.ts';
import type { Document as Fields } from './bson/value.ts';
import { writeDocument } from './bson/writer.ts';
import { isProgram } from './program.ts';

/** What is moved, and how much is told. */
export type MoveOptions = {
  from: string;
  to: string;
  /** Databases; all but the server's own when left out. */
  only?: readonly string[];
  /** Compares without copying. */
  verifiesOnly?: boolean;
  report?: (line: string) => void;
};

/** What was done with one collection. */
export type Moved = { namespace: string; documents: number; copied: number; differences: string[] };

const BATCH = 1000;
const INTERNAL = new Set(['admin', 'config', 'local']);

/**
 * Moves everything. It can be stopped and started again: what is there already and the same is not written twice.
 * The comparison at the end reads both sides again.
 */
export async function moveDatabases(options: MoveOptions): Promise<Moved[]> {
  const from = new MongoClient(options.from);
  const to = new MongoClient(options.to);
  try {
    const moved: Moved[] = [];
    for (const database of await databasesOf(options))
      for (const one of await moveDatabase(from.db(database), to.db(database), options))
        moved.push(one);
    return moved;
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

async function databasesOf({ from, only }: MoveOptions): Promise<readonly string[]> {
  if (only !== undefined) return only;
  const client = new MongoClient(from);
  try {
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    return databases.map(({ name }) => name).filter((name) => !INTERNAL.has(name));
  } finally {
    await client.close();
  }
}

type Described = { name: string; type: string; options: Document };

/** Collections before views, which need them. */
async function describe(db: Db): Promise<Described[]> {
  const found = await db.listCollections().toArray();
  return found
    .map((one) => ({
      name: one.name,
      type: one.type ?? 'collection',
      options: 'options' in one ? (one.options ?? {}) : {},
    }))
    .filter(({ name }) => !name.startsWith('system.'))
    .sort((left, right) => Number(left.type === 'view') - Number(right.type === 'view'));
}

async function moveDatabase(from: Db, to: Db, options: MoveOptions): Promise<Moved[]> {
  const there = new Set((await describe(to)).map(({ name }) => name));
  const moved: Moved[] = [];
  for (const { name, type, options: made } of await describe(from)) {
    if (!there.has(name) && options.verifiesOnly !== true) await to.createCollection(name, made);
    if (type === 'view') continue;
    const one = await moveCollection(from.collection(name), to.collection(name), options);
    options.report?.(
      `${one.namespace}: ${one.documents} documents, ${one.copied} copied, ${one.differences.length} differences`,
    );
    moved.push(one);
  }
  return moved;
}

async function moveCollection(
  from: Collection,
  to: Collection,
  options: MoveOptions,
): Promise<Moved> {
  const copies = options.verifiesOnly !== true;
  const copied = copies ? await copyDocuments(from, to) : 0;
  if (copies) await copyIndexes(from, to);
  const { documents, differences } = await compareCollections(from, to);
  return { namespace: from.namespace, documents, copied, differences };
}

/** A document as its bytes, and as fields in their order and with their types, which objects of JavaScript would lose. */
type Exact = { bytes: Buffer; fields: Fields; id: string };

async function* readBatches(
  collection: Collection,
  filter: Document = {},
): AsyncGenerator<Exact[]> {
  let batch: Exact[] = [];
  const cursor = collection.find(filter, { raw: true, batchSize: BATCH }).sort({ _id: 1 });
  for await (const raw of cursor) {
    if (!Buffer.isBuffer(raw)) throw new TypeError('the driver gave no bytes');
    const bytes = Buffer.from(raw);
    const fields = readDocument(bytes);
    batch.push({ bytes, fields, id: showId(fields) });
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function showId(fields: Fields): string {
  const alone = writeDocument(new Map([['_id', fields.get('_id') ?? null]]));
  const { _id } = BSON.deserialize(alone, { promoteValues: false, bsonRegExp: true });
  return BSON.EJSON.stringify(_id, { relaxed: false });
}

/** The documents of a batch that the other side has not, or not the same. */
async function unlike(batch: readonly Exact[], other: Collection): Promise<Exact[]> {
  const known = new Map<string, Buffer>();
  const filter = { _id: { $in: batch.map(({ fields }) => fields.get('_id')) } };
  for await (const found of readBatches(other, filter))
    for (const { id, bytes } of found) known.set(id, bytes);
  return batch.filter(({ id, bytes }) => known.get(id)?.equals(bytes) !== true);
}

async function copyDocuments(from: Collection, to: Collection): Promise<number> {
  let copied = 0;
  for await (const batch of readBatches(from)) {
    const missing = await unlike(batch, to);
    if (missing.length === 0) continue;
    const operations = missing.map(({ fields }) => ({
      replaceOne: { filter: idFilter(fields), replacement: fields, upsert: true },
    }));
    await to.bulkWrite(operations, { ordered: false });
    copied += missing.length;
  }
  return copied;
}

function idFilter(fields: Fields): Document {
  return { _id: fields.get('_id') };
}

async function indexesOf(collection: Collection): Promise<Map<string, Document>> {
  const found = await collection.listIndexes().toArray();
  return new Map(
    found.map(({ ns: _ns, v: _v, ...index }: Document) => [String(index['name']), index]),
  );
}

async function copyIndexes(from: Collection, to: Collection): Promise<void> {
  const there = await indexesOf(to);
  for (const [name, { key, ...options }] of await indexesOf(from))
    if (!there.has(name)) await to.createIndex(key, options);
}

const MOST_TOLD = 100;

async function compareCollections(
  from: Collection,
  to: Collection,
): Promise<{ documents: number; differences: string[] }> {
  const differences = await compareIndexes(from, to);
  let documents = 0;
  for await (const batch of readBatches(from)) {
    documents += batch.length;
    for (const { id } of await unlike(batch, to)) differences.push(`${id} is missing or differs`);
  }
  for await (const batch of readBatches(to))
    for (const { id } of await unlike(batch, from))
      if (!differences.includes(`${id} is missing or differs`))
        differences.push(`${id} is not at the source`);
  return { documents, differences: differences.slice(0, MOST_TOLD) };
}

const FLAGS = ['unique', 'sparse', 'hidden'];
const TOLD = ['key', 'expireAfterSeconds', 'partialFilterExpression', 'wildcardProjection'];
// What else a collation says depends on the server's version.
const COLLATION = ['locale', 'strength', 'caseLevel', 'numericOrdering'];

function isSame(index: Document, other: Document | undefined): boolean {
  if (other === undefined) return false;
  const { collation = {} } = index;
  const { collation: otherCollation = {} } = other;
  return (
    FLAGS.every((name) => Boolean(index[name]) === Boolean(other[name])) &&
    TOLD.every((name) => asText(index[name]) === asText(other[name])) &&
    COLLATION.every((name) => asText(collation[name]) === asText(otherCollation[name]))
  );
}

function asText(value: unknown): string {
  return BSON.EJSON.stringify({ value });
}

async function compareIndexes(from: Collection, to: Collection): Promise<string[]> {
  const there = await indexesOf(to);
  return [...(await indexesOf(from))]
    .filter(([name, index]) => !isSame(index, there.get(name)))
    .map(([name]) => `index ${name} is missing or differs`);
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      only: { type: 'string' },
      'verify-only': { type: 'boolean', default: false },
    },
  });
  if (values.from === undefined || values.to === undefined)
    throw new Error(
      'npm run database:move -- --from URI --to URI [--only DATABASE,DATABASE] [--verify-only]',
    );
  const moved = await moveDatabases({
    from: values.from,
    to: values.to,
    ...(values.only === undefined ? {} : { only: values.only.split(',') }),
    verifiesOnly: values['verify-only'],
    report: (line) => process.stdout.write(`${line}\n`),
  });
  const differences = moved.flatMap((one) =>
    one.differences.map((line) => `${one.namespace}: ${line}`),
  );
  process.stdout.write(
    differences.length === 0 ? 'source and target are the same\n' : `${differences.join('\n')}\n`,
  );
  process.exitCode = differences.length === 0 ? 0 : 1;
}

if (isProgram(import.meta.url))
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }

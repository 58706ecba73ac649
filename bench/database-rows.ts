// What the database's benchmark asks: the documents, and one piece of work a row.
import mongoose from 'mongoose';
import type { Connection, Model } from 'mongoose';

/** A document. */
export type Thing = {
  number: number;
  category: number;
  price: number;
  at: Date;
  tags: string[];
  grams: string[];
  text: string;
};

const categories = 50;
const schema = new mongoose.Schema<Thing>(
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

function gramsOf(text: string): string[] {
  return Array.from({ length: text.length - 2 }, (_, at) => text.slice(at, at + 3));
}

/** The document of a number; the same in every run. */
export function thing(number: number, textLength = 200): Thing {
  const word = ((number * 2_654_435_761) % 1_679_616).toString(36).padStart(5, '0');
  return {
    number,
    category: number % categories,
    price: (number * 7919) % 100_000,
    at: new Date(1_600_000_000_000 + number * 1000),
    tags: [`t${number % 100}`, `u${number % 7}`],
    grams: gramsOf(word),
    text: `${word} ${'x'.repeat(textLength)}`,
  };
}

/** One server as the rows see it. */
export type Subject = {
  connection: Connection;
  things: Model<Thing>;
  /** The documents that were there before the rows began. */
  documents: number;
  ids: readonly mongoose.Types.ObjectId[];
  /** A number that no document has. */
  next: () => number;
};

/** The collection of documents, with its indexes. */
export async function thingsOf(connection: Connection): Promise<Model<Thing>> {
  const things = connection.model('Thing', schema);
  await things.createIndexes();
  return things;
}

/** One piece of work, again and again. */
export type Row = {
  name: string;
  /** How many are under way at once. */
  atOnce: number;
  /** Does it; gives how many were done. */
  work: (subject: Subject, at: number) => Promise<number>;
};

function row(name: string, work: (subject: Subject, at: number) => Promise<unknown>): Row {
  return {
    name,
    atOnce: 1,
    work: async (subject, at) => {
      await work(subject, at);
      return 1;
    },
  };
}

const insertOne = row('', ({ things, next }) => things.create(thing(next())));

/** All rows; those that write come last, so that the others read the same documents in every round. */
export const rows: readonly Row[] = [
  row('findById: a second', ({ things, ids }, at) =>
    things.findById(ids[(at * 17) % ids.length]).lean(),
  ),
  row('findOne by unique key: a second', ({ things, documents }, at) =>
    things.findOne({ number: (at * 7919) % documents }).lean(),
  ),
  row('range of 20, sorted by the index: a second', ({ things }, at) =>
    things
      .find({ category: at % categories, price: { $gte: 20_000 } })
      .sort({ price: 1 })
      .limit(20)
      .lean(),
  ),
  row('$all over n-grams: a second', ({ things, documents }, at) =>
    things
      .find({ grams: { $all: thing((at * 31) % documents).grams } })
      .limit(20)
      .lean(),
  ),
  row('$match, $group, $lookup: a second', ({ things }, at) =>
    things.aggregate([
      { $match: { category: at % categories, price: { $lt: 20_000 } } },
      { $group: { _id: '$category', sum: { $sum: '$price' }, first: { $min: '$number' } } },
      { $lookup: { from: 'things', localField: 'first', foreignField: 'number', as: 'cheapest' } },
    ]),
  ),
  {
    name: 'cursor over all: documents a second',
    atOnce: 1,
    work: async ({ things }) => {
      let seen = 0;
      for await (const one of things.find().lean().cursor({ batchSize: 1000 }))
        seen += Number(one.category !== undefined);
      return seen;
    },
  },
  {
    name: '$group over all: documents a second',
    atOnce: 1,
    work: async ({ things, documents }) => {
      await things.aggregate([{ $group: { _id: '$category', sum: { $sum: '$price' } } }]);
      return documents;
    },
  },
  {
    name: 'unindexed pattern: documents a second',
    atOnce: 1,
    work: async ({ things, documents }) => {
      await things.countDocuments({ text: /zzzz/ });
      return documents;
    },
  },
  { ...insertOne, name: 'insertOne, one after the other: a second' },
  { ...insertOne, name: 'insertOne, sixteen in flight: a second', atOnce: 16 },
  {
    name: 'insertMany by 1,000: documents a second',
    atOnce: 1,
    work: async ({ things, next }) => {
      const made = await things.insertMany(Array.from({ length: 1000 }, () => thing(next())));
      return made.length;
    },
  },
  row(
    'transaction of two writes, one after the other: a second',
    ({ connection, things, documents, next }) =>
      connection.transaction(async (session) => {
        const number = next();
        await things.create([thing(number)], { session });
        await things.updateOne({ number: number % documents }, { $inc: { price: 1 } }, { session });
      }),
  ),
  {
    name: 'transactions on one counter, sixteen in flight: a second',
    atOnce: 16,
    work: async ({ connection, things }) => {
      await connection.transaction(async (session) => {
        await things.updateOne({ number: 1 }, { $inc: { price: 1 } }, { session });
        await things.updateOne({ number: 0 }, { $inc: { price: 1 } }, { session });
      });
      return 1;
    },
  },
];

// Text indexes: what MongoDB's manual says about words, phrases, weights and scores.
import fc from 'fast-check';
import type { Collection, Document } from 'mongodb';
import { startSample } from '../sample.ts';
import type { Sample } from '../sample.ts';
import { stemEnglish } from './stem.ts';
import { languageOf } from './language.ts';
import { wordsOf } from './words.ts';

let sample: Sample;
let articles: Collection<Document & { _id: number }>;

// The documents of the manual's page on `$text`.
const ARTICLES: readonly (readonly [number, string, string, number])[] = [
  [1, 'coffee', 'xyz', 50],
  [2, 'Coffee Shopping', 'efg', 5],
  [3, 'Baking a cake', 'abc', 90],
  [4, 'baking', 'xyz', 100],
  [5, 'Café Con Leche', 'abc', 200],
  [6, 'Сырники', 'jkl', 80],
  [7, 'coffee and cream', 'efg', 10],
  [8, 'Cafe con Leche', 'xyz', 10],
];

beforeAll(async () => {
  sample = await startSample();
  articles = sample.client.db('known').collection('articles');
  await articles.createIndex({ subject: 'text' });
  await articles.insertMany(
    ARTICLES.map(([_id, subject, author, views]) => ({ _id, subject, author, views })),
  );
});

afterAll(async () => {
  await sample.stop();
});

type Search = {
  $search: string;
  $language?: string;
  $caseSensitive?: boolean;
  $diacriticSensitive?: boolean;
};

async function found($text: Search): Promise<number[]> {
  const all = await articles.find({ $text }).sort({ _id: 1 }).toArray();
  return all.map(({ _id }) => _id);
}

describe('a stem', () => {
  it.each([
    ['running', 'run'],
    ['coffees', 'coffe'],
    ['consolidation', 'consolid'],
    ['happiness', 'happi'],
    ['generously', 'generous'],
    ['cries', 'cri'],
    ['ties', 'tie'],
    ['hoping', 'hope'],
    ['hopped', 'hop'],
    ['skies', 'sky'],
    ['relational', 'relat'],
    ['activities', 'activ'],
    ['sky', 'sky'],
  ])('of %s is %s', (word, stem) => {
    expect(stemEnglish(word)).toBe(stem);
  });

  it('is never longer than its word by more than a letter', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z']{1,20}$/), (word) => {
        expect(stemEnglish(word).length).toBeLessThanOrEqual(word.length + 1);
      }),
    );
  });
});

describe('words', () => {
  it('are taken without case, accents and stop words, and Hangul in either form as the same', () => {
    const english = languageOf('english', 67);
    expect(wordsOf('The Cafés, and a pre-market', english)).toEqual(['cafe', 'pre', 'market']);
    const none = languageOf('none', 67);
    expect(wordsOf('한국 the', none)).toEqual(['한국', 'the']);
    expect(wordsOf('한국'.normalize('NFD'), none)).toEqual(wordsOf('한국', none));
  });
});

describe('$text', () => {
  it('finds any of the words, by their stems', async () => {
    expect(await found({ $search: 'coffee' })).toEqual([1, 2, 7]);
    expect(await found({ $search: 'bake coffee cake' })).toEqual([1, 2, 3, 4, 7]);
  });

  it('finds a phrase, and nothing that is negated', async () => {
    expect(await found({ $search: '"coffee shop"' })).toEqual([2]);
    expect(await found({ $search: 'coffee -shop' })).toEqual([1, 7]);
    expect(await found({ $search: 'coffee -"and cream"' })).toEqual([1, 2]);
    expect(await found({ $search: '-shop' })).toEqual([]);
    expect(await found({ $search: '' })).toEqual([]);
  });

  it('counts case and accents only where it is told to', async () => {
    expect(await found({ $search: 'CAFÉ' })).toEqual([5, 8]);
    expect(await found({ $search: 'CAFÉ', $diacriticSensitive: true })).toEqual([5]);
    expect(await found({ $search: 'Coffee', $caseSensitive: true })).toEqual([2]);
    expect(await found({ $search: 'сырники' })).toEqual([6]);
    expect(await found({ $search: 'con', $language: 'none' })).toEqual([5, 8]);
  });

  it('gives the scores of the manual, to sort by and to show', async () => {
    const score = { $meta: 'textScore' };
    const sorted = await articles
      .find({ $text: { $search: 'coffee' } }, { projection: { author: 0, score } })
      .sort({ score, _id: 1 })
      .toArray();
    expect(sorted).toEqual([
      { _id: 1, subject: 'coffee', views: 50, score: 1 },
      { _id: 2, subject: 'Coffee Shopping', views: 5, score: 0.75 },
      { _id: 7, subject: 'coffee and cream', views: 10, score: 0.75 },
    ]);
  });

  it('runs at the head of a pipeline, whose stages know the score', async () => {
    const stages = [
      { $match: { $text: { $search: 'cake coffee' }, views: { $gt: 5 } } },
      { $sort: { score: { $meta: 'textScore' }, _id: 1 } },
      { $project: { views: 1 } },
      { $match: { views: { $lt: 60 } } },
      { $project: { score: { $meta: 'textScore' } } },
    ];
    expect(await articles.aggregate(stages).toArray()).toEqual([
      { _id: 1, score: 1 },
      { _id: 7, score: 0.75 },
    ]);
    const late = articles.aggregate([{ $limit: 1 }, { $match: { $text: { $search: 'a' } } }]);
    await expect(late.toArray()).rejects.toMatchObject({ code: 17_313 });
    const scoreless = articles.aggregate([{ $project: { s: { $meta: 'textScore' } } }]);
    await expect(scoreless.toArray()).rejects.toMatchObject({ code: 40_218 });
  });

  it('reads its index and no other documents', async () => {
    const plan = await articles.find({ $text: { $search: 'cake' } }).explain('executionStats');
    expect(plan['executionStats']).toMatchObject({ totalKeysExamined: 1, totalDocsExamined: 1 });
    expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain('subject_text');
  });

  it('sees what a transaction changed, and follows updates and removals', async () => {
    const notes = sample.client.db('known').collection('notes');
    await notes.createIndex({ title: 'text', body: 'text' }, { weights: { title: 3 } });
    await notes.insertMany([
      { n: 1, title: 'red', body: 'blue' },
      { n: 2, title: 'blue', body: 'red' },
    ]);
    const search = async (words: string, options = {}): Promise<unknown[]> => {
      const all = await notes
        .find({ $text: { $search: words } }, options)
        .sort({ score: { $meta: 'textScore' } })
        .toArray();
      return all.map((one) => one['n']);
    };
    expect(await search('red')).toEqual([1, 2]);
    await sample.client.withSession(async (session) => {
      session.startTransaction();
      await notes.insertOne({ n: 3, title: 'red red' }, { session });
      await notes.deleteOne({ n: 1 }, { session });
      expect(await search('red', { session })).toEqual([3, 2]);
      await session.abortTransaction();
    });
    await notes.updateOne({ $text: { $search: 'red' }, n: 1 }, { $set: { title: 'green' } });
    expect(await search('red')).toEqual([2]);
    await notes.deleteOne({ $text: { $search: 'green' } });
    expect(await search('green')).toEqual([]);
  });

  it('takes texts in several languages, and every text where the index is for all', async () => {
    const all = sample.client.db('known').collection('everything');
    await all.createIndex({ '$**': 'text' }, { default_language: 'none' });
    await all.insertOne({ n: 1, deep: [{ er: 'running fast' }] });
    await all.insertOne({ n: 2, language: 'english', text: 'running slowly' });
    const numbers = async (words: string, $language: string): Promise<unknown[]> =>
      await all.distinct('n', { $text: { $search: words, $language } });
    expect(await numbers('running', 'none')).toEqual([1]);
    expect(await numbers('running', 'english')).toEqual([2]);
    await expect(all.insertOne({ language: 'klingon', text: 'x' })).rejects.toMatchObject({
      code: 17_262,
    });
  });

  it('is refused where it cannot be answered, and a second text index is', async () => {
    const plain = sample.things.find({ $text: { $search: 'a' } }).toArray();
    await expect(plain).rejects.toMatchObject({ code: 27 });
    await expect(articles.createIndex({ author: 'text' })).rejects.toMatchObject({ code: 85 });
    const malformed: Document[] = [
      { $search: 1 },
      { $search: 'a', $more: 1 },
      { $search: 'a', $language: 'x' },
    ];
    for (const $text of malformed) {
      const command = { find: 'articles', filter: { $text } };
      await expect(sample.client.db('known').command(command)).rejects.toThrow(/text|search/);
    }
    await expect(
      articles.createIndex({ views: 'text' }, { weights: { views: -1 } }),
    ).rejects.toMatchObject({ code: 67 });
  });

  it('is listed as MongoDB lists it, and made again without a second one', async () => {
    await articles.createIndex({ subject: 'text' });
    const [, index] = await articles.indexes();
    expect(index).toEqual({
      v: 2,
      key: { _fts: 'text', _ftsx: 1 },
      name: 'subject_text',
      weights: { subject: 1 },
      default_language: 'english',
      language_override: 'language',
      textIndexVersion: 3,
    });
  });
});

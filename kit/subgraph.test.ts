import { buildSchema, parse, type ExecutionResult } from 'graphql';

import { subscribeTimed } from './subgraph.ts';

const schema = buildSchema(
  'type Query { a: Int } type Subscription { news: News } type News { n: Int }',
);
const news = schema.getSubscriptionType()?.getFields()['news'];

/** What a feed of these records gives. */
async function resultsOf(records: object[]): Promise<ExecutionResult[]> {
  if (!news) throw new Error('There is no such feed.');
  news.subscribe = () => listed(records);
  news.resolve = (record: unknown) => record;
  const feed = await subscribeTimed({ schema, document: parse('subscription { news { n } }') });
  if (!(Symbol.asyncIterator in feed)) return [feed];
  const results: ExecutionResult[] = [];
  for await (const result of feed) results.push(result);
  return results;
}

async function* listed(records: object[]): AsyncGenerator<object> {
  yield* records;
}

it('says when an event came about, where its record knows', async () => {
  const at = new Date(Date.now() + 3_600_000);
  expect(await resultsOf([{ n: 1, at }, { n: 2 }, { n: 3, at: 'yesterday' }])).toEqual([
    { data: { news: { n: 1 } }, extensions: { publishedAt: at.getTime() } },
    { data: { news: { n: 2 } } },
    { data: { news: { n: 3 } } },
  ]);
});

it('does not call late what came about before anybody listened', async () => {
  expect(await resultsOf([{ n: 1, at: new Date(0) }])).toEqual([{ data: { news: { n: 1 } } }]);
});

it('ends the source when the feed is left', async () => {
  if (!news) throw new Error('There is no such feed.');
  let isLeft = false;
  news.subscribe = async function* () {
    try {
      yield { n: 1 };
      yield { n: 2 };
    } finally {
      isLeft = true;
    }
  };
  const feed = await subscribeTimed({ schema, document: parse('subscription { news { n } }') });
  if (!('next' in feed)) throw new Error('There is no feed.');
  await feed.next();
  await feed.return?.();
  expect(isLeft).toBe(true);
});

it('gives a refusal as a result', async () => {
  if (!news) throw new Error('There is no such feed.');
  news.subscribe = () => {
    throw new Error('No.');
  };
  expect(
    await subscribeTimed({ schema, document: parse('subscription { news { n } }') }),
  ).toMatchObject({ errors: [{ message: 'No.', path: ['news'] }] });
});

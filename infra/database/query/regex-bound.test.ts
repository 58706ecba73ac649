// Expressions that would go through one text for ever do not hold up the server.
import type { Document } from 'mongodb';
import { startSample } from '../sample.ts';
import type { Sample } from '../sample.ts';

let sample: Sample;
const long = `${'x'.repeat(300)}!`;

beforeAll(async () => {
  sample = await startSample();
  await textsOf().insertMany([{ text: long }, { text: 'xxy' }]);
});

afterAll(() => sample.stop());

function textsOf() {
  return sample.client.db('known').collection('texts');
}

it.each<[string, Document]>([
  ['$regex', { text: /(x+x+)+y/ }],
  ['$regex with i', { text: { $regex: '(X+x+)+Y', $options: 'i' } }],
  ['$not', { $nor: [{ text: { $not: /^(x|x)+y$/ } }] }],
  ['$jsonSchema', { $jsonSchema: { properties: { text: { pattern: '^(x|x)+y$' } } } }],
  ['$regexMatch', { $expr: { $regexMatch: { input: '$text', regex: '(x+x+)+y' } } }],
  ['$regexFind', { $expr: { $ne: [{ $regexFind: { input: '$text', regex: '(x+x+)+y' } }, null] } }],
  [
    '$regexFindAll',
    { $expr: { $ne: [{ $regexFindAll: { input: '$text', regex: '(x+x+)+y' } }, []] } },
  ],
])('%s goes through a text in proportion to its length', async (_, filter) => {
  const found = await textsOf().find(filter).toArray();
  expect(found.map(({ text }) => String(text))).toEqual(['xxy']);
});

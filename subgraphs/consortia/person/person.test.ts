import { createConnection } from 'mongoose';

import { modelsOf } from '../context.ts';
import { traces } from './person.ts';

const fields = new Map(
  Object.values(modelsOf(createConnection())).map(({ collection, schema }) => [
    collection.collectionName,
    Object.keys(schema.paths),
  ]),
);
/** Whether records of a collection have a field, or what lies in it. */
const has = (collection: string, path: string) =>
  fields.get(collection)?.includes(path.split('.')[0] ?? '') ?? false;

describe('what is kept of people', () => {
  it('is looked for, and handed out, by fields that there are', () => {
    const missing = traces.flatMap(({ collection, by, shown }) =>
      [by, ...shown].filter((path) => !has(collection, path)).map((path) => [collection, path]),
    );
    expect(missing).toEqual([]);
  });

  it('is known of every record that names who did something', () => {
    const known = new Set(traces.map(({ collection, by }) => `${collection} ${by}`));
    const forgotten = [...fields].flatMap(([collection, paths]) =>
      paths
        .filter((path) => /By$|^userId$/u.test(path))
        .map((path) => `${collection} ${path}`)
        .filter((name) => !known.has(name)),
    );
    expect(forgotten).toEqual([]);
  });
});

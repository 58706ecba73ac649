import { ConfigError } from '#kit/config.ts';
import { adviceFor } from './advice.ts';
import { DatabaseFault } from './database/server.ts';

const coded = (code: string, rest: object = {}) =>
  Object.assign(new Error(code), { code, ...rest });

it.each([
  ['a port in use', coded('EADDRINUSE'), 'PORT'],
  ['a data folder that is a file', coded('EEXIST'), 'DATA_DIR'],
  ['a full disk', coded('ENOSPC'), 'disk'],
  ['a supergraph that is not there', coded('ENOENT', { path: '/nope.graphql' }), '/nope.graphql'],
  ['a wrong variable', new ConfigError(['PORT: must be a whole number']), 'PORT: must be'],
  ['a locked folder', new DatabaseFault('DATABASE_LOCKED', 'f', 'f is open.'), 'DATA_DIR'],
  [
    'a foreign file',
    new DatabaseFault('DATABASE_FOREIGN', 'f', 'f is not ours.'),
    'f is not ours.',
  ],
  [
    'a MongoDB that does not answer',
    Object.assign(new Error('no'), { name: 'MongooseServerSelectionError' }),
    'MONGODB_URI',
  ],
])('says in one line what to do about %s', (_, error, words) => {
  const advice = adviceFor(error);
  expect(advice).toContain(words);
  expect(advice).not.toContain('\n');
});

it('has no advice for a fault of ours', () => {
  expect(adviceFor(new TypeError('bug'))).toBeNull();
});

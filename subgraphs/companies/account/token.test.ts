import jsonwebtoken from 'jsonwebtoken';

import { connect, prepare } from '#kit/mongo.ts';
import { visitor } from '#kit/viewer.ts';
import { startTestDatabase } from '../../../test/database.ts';
import { readCompaniesConfig } from '../config.ts';
import { collectionsOf, createContext } from '../context.ts';
import { findTokenKeys, signToken } from './token.ts';

const day = 24 * 60 * 60_000;

it('rotates a key by age, and publishes the old one until its tokens have expired', async () => {
  const database = await startTestDatabase();
  const connection = await connect(database.uri, 'oca_companies');
  await prepare(collectionsOf(connection));
  const keys = createContext(
    connection,
    readCompaniesConfig({ SIGNING_KEY_DAYS: '1' }),
    visitor('t'),
  );
  const claims = { userId: 'ada', companies: [], roles: [], scopes: ['a', 'b'] };
  const now = Date.now();
  const kidAt = async (at: number) => {
    const { accessToken } = await signToken(keys, claims, at);
    return jsonwebtoken.decode(accessToken, { complete: true })?.header.kid;
  };
  const first = await kidAt(now - day - 1);
  expect(await kidAt(now - day)).toBe(first);
  const second = await kidAt(now);
  expect(second).not.toBe(first);
  expect((await findTokenKeys(keys)).map(({ kid }) => kid)).toEqual([second, first]);
  // Its last token, 15 minutes, and the leeway of a slow clock are over.
  await keys.signingKeys.updateOne(
    { _id: first ?? '' },
    { $set: { expiresAt: new Date(now - 1) } },
  );
  expect((await findTokenKeys(keys)).map(({ kid }) => kid)).toEqual([second]);
  await connection.close();
  await database.stop();
});

import { localEnvironment, readPlatformConfig } from './config.ts';

it('opens the mailbox on one’s own machine', () => {
  expect(localEnvironment({})).toEqual({ MAILBOX_OPEN: 'true' });
  expect(localEnvironment({ HOST: '127.0.0.1' })['MAILBOX_OPEN']).toBe('true');
});

it.each([
  { NODE_ENV: 'production' },
  { MAIL_URL: 'smtp://mail.example.org' },
  { HOST: '0.0.0.0' },
  { HOST: '10.0.0.7' },
  { MAILBOX_OPEN: 'false' },
])('leaves it as it is where %j', (environment) => {
  expect(localEnvironment(environment)).toEqual(environment);
});

it('reads what the embedded database is told', () => {
  const DATABASE_PARAMETERS = 'changeHistorySeconds=7200,transactionLifetimeLimitSeconds=30';
  expect(readPlatformConfig({ DATABASE_PARAMETERS }).databaseParameters).toEqual({
    changeHistorySeconds: 7200,
    transactionLifetimeLimitSeconds: 30,
  });
  expect(readPlatformConfig({}).databaseParameters).toEqual({});
});

it('names what the embedded database cannot be told', () => {
  expect(() => readPlatformConfig({ DATABASE_PARAMETERS: 'changeHistorySeconds=0' })).toThrow(
    /^DATABASE_PARAMETERS: changeHistorySeconds is a whole number from 1/,
  );
});

import { localEnvironment } from './config.ts';

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

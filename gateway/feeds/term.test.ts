import { jest } from '@jest/globals';

import { visitor, type Viewer } from '#kit/viewer.ts';
import { callOf } from '../call.ts';
import { Renewals } from './renewals.ts';
import { untilTokenEnds } from './term.ts';

const day = 86_400_000;
const user: Viewer = { ...visitor('r'), userId: 'u1', roles: ['REVIEWER'] };
let ends: number;
beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  ends = 0;
});
afterEach(() => {
  jest.useRealTimers();
});

const begin = (expiresAt: number | null, renewals = new Renewals()) => ({
  renewals,
  stop: untilTokenEnds(callOf(user, { expiresAt, renewals }), () => {
    ends += 1;
  }),
});

it('a feed ends with its token, once', () => {
  begin(1_000);
  jest.advanceTimersByTime(999);
  expect(ends).toBe(0);
  jest.advanceTimersByTime(10_000);
  expect(ends).toBe(1);
});

it('a feed whose token has ended already ends at once', () => {
  begin(-5);
  jest.advanceTimersByTime(0);
  expect(ends).toBe(1);
});

it('a newer token for the same user with the same rights puts the end off, each time', () => {
  const { renewals } = begin(1_000);
  for (const expiresAt of [2_000, 3_000]) {
    jest.setSystemTime(expiresAt - 1_500);
    renewals.renew({ viewer: { ...user, requestId: 'other' }, expiresAt });
  }
  jest.advanceTimersByTime(1_499);
  expect(ends).toBe(0);
  jest.advanceTimersByTime(1);
  expect(ends).toBe(1);
});

it.each<[string, Viewer]>([
  ['another user', { ...user, userId: 'u2' }],
  ['other rights', { ...user, roles: [] }],
  ['nobody', visitor('r')],
])('a newer token for %s changes nothing', (_, viewer) => {
  const { renewals } = begin(1_000);
  renewals.renew({ viewer, expiresAt: 50_000 });
  jest.advanceTimersByTime(1_000);
  expect(ends).toBe(1);
});

it('a token that ends later than a timer can wait ends all the same, and not before', () => {
  begin(60 * day);
  jest.advanceTimersByTime(60 * day - 1);
  expect(ends).toBe(0);
  jest.advanceTimersByTime(1);
  expect(ends).toBe(1);
});

it('a visitor’s feed has no end, and one that is left waits for none', () => {
  begin(null);
  const { renewals, stop } = begin(1_000);
  stop();
  renewals.renew({ viewer: user, expiresAt: 2_000 });
  jest.advanceTimersByTime(day);
  expect(ends).toBe(0);
});

// What lies between two dates where the clocks are changed.
// @see https://www.mongodb.com/docs/manual/reference/operator/aggregation/dateDiff/
import { answer } from './answer.ts';

describe('$dateDiff in New York', () => {
  // The clocks go from 2 to 3 on the night of 14 March, and from 2 to 1 on that of 7 November.
  it.each([
    ['2021-03-14T06:00:00Z', '2021-03-14T08:00:00Z', 'hour', '2'],
    ['2021-03-14T06:00:00Z', '2021-03-14T08:00:00Z', 'minute', '120'],
    ['2021-11-07T05:00:00Z', '2021-11-07T07:00:00Z', 'hour', '2'],
    ['2021-11-07T07:00:00Z', '2021-11-07T05:00:00Z', 'second', '-7200'],
    ['2021-03-14T04:59:59Z', '2021-03-15T04:00:00Z', 'day', '2'],
    ['2021-11-07T04:00:00Z', '2021-11-08T04:59:59Z', 'day', '0'],
  ])('counts from %s to %s by the %s', (start, end, unit, expected) => {
    const span = { startDate: new Date(start), endDate: new Date(end), unit };
    expect(answer({ $dateDiff: { ...span, timezone: 'America/New_York' } })).toBe(expected);
  });
});

import { allParameters, readParameters } from './parameters.ts';

describe('readParameters', () => {
  it('reads names and numbers', () => {
    expect(
      readParameters(['changeHistorySeconds=60', ' transactionLifetimeLimitSeconds = 5 ']),
    ).toEqual({ changeHistorySeconds: 60, transactionLifetimeLimitSeconds: 5 });
  });

  it.each(['', 'changeHistorySeconds', '=5', 'nothing=5', 'toString=5', 'changehistoryseconds=5'])(
    'refuses %j, which sets nothing, and names what can be set',
    (assignment) => {
      expect(() => readParameters([assignment])).toThrow(/sets nothing.*changeHistoryBytes/);
    },
  );

  it.each(['0', '-1', '1.5', '', 'x', 'Infinity', '1e99'])('refuses %j seconds', (text) => {
    expect(() => readParameters([`changeHistorySeconds=${text}`])).toThrow(/a whole number from 1/);
  });
});

describe('allParameters', () => {
  it('takes what is usual where nothing is said', () => {
    expect(allParameters({ changeHistoryBytes: 7 })).toEqual({
      transactionLifetimeLimitSeconds: 60,
      changeHistorySeconds: 3600,
      changeHistoryBytes: 7,
    });
  });
});

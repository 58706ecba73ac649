import { problem, refusal, refuseAny, Refusal } from './refusal.ts';

it('refuses with every reason at once', () => {
  const faults = [
    problem('INVALID', 'Too long.', ['name', 'ko']),
    problem('TAKEN', 'Taken.', ['name']),
  ];
  expect(() => refuseAny(faults)).toThrow(new Refusal(faults));
});

it('refuses nothing when there is no reason', () => {
  expect(() => refuseAny([])).not.toThrow();
});

it('says which rule is broken, its limit and what was found', () => {
  const { problems } = refusal('INVALID', 'Shares must sum to 10,000.', ['shares'], {
    rule: 'SHARES_SUM',
    limit: '10000',
    found: '9999',
  });
  expect(problems).toEqual([
    {
      code: 'INVALID',
      message: 'Shares must sum to 10,000.',
      path: ['shares'],
      rule: 'SHARES_SUM',
      limit: '10000',
      found: '9999',
    },
  ]);
});

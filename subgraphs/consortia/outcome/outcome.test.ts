import fc from 'fast-check';

import { supplierFaults, suppliersFrom } from './outcome.ts';

describe('suppliersFrom', () => {
  it('keeps the proportions of the shares when some members only use what is made', () => {
    const members = [
      { companyId: 'lead', share: 4_000 },
      { companyId: 'partner', share: 2_000 },
    ];
    expect(suppliersFrom(members)).toEqual([
      { companyId: 'lead', share: 6_667 },
      { companyId: 'partner', share: 3_333 },
    ]);
    expect(suppliersFrom([{ companyId: 'a', share: null }])).toEqual([
      { companyId: 'a', share: 10_000 },
    ]);
    expect(suppliersFrom([])).toEqual([]);
  });

  it('sums to the whole, whatever the shares', () => {
    const share = fc.option(fc.integer({ min: 0, max: 10_000 }));
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 40 }), (shares) => {
        const members = shares.map((each, index) => ({ companyId: String(index), share: each }));
        const total = suppliersFrom(members).reduce((sum, each) => sum + each.share, 0);
        expect(total).toBe(10_000);
      }),
    );
  });
});

it('refuses suppliers that did not make it, come twice or do not sum, all at once', () => {
  const makers = suppliersFrom([{ companyId: 'lead', share: 10_000 }]);
  const given = [
    { companyId: 'lead', share: 5_000 },
    { companyId: 'lead', share: 1 },
    { companyId: 'stranger', share: 1 },
  ];
  expect(
    supplierFaults(given, makers).map(({ code, path, rule }) => [code, path.join('/'), rule]),
  ).toEqual([
    ['INVALID', 'suppliers/1/companyId', 'SUPPLIER_ONCE'],
    ['NOT_FOUND', 'suppliers/2/companyId', undefined],
    ['INVALID', 'suppliers', 'SHARES_SUM'],
  ]);
  expect(supplierFaults(makers, makers)).toEqual([]);
});

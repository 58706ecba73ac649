import fc from 'fast-check';

import { batches, maxBatch } from './batch.ts';
import type { RowFound } from './found.ts';

function company(index: number): RowFound {
  const row = { externalId: `c${index}`, name: { en: 'C' }, kinds: [], size: 'SME' as const };
  return { kind: 'row', to: 'companies', line: index, row };
}

function capability(key: number, index: number): RowFound {
  const row = { technologyCode: `t${index}`, level: 5, evidence: [] };
  return { kind: 'row', to: 'capabilities', line: index, company: `c${key}`, row };
}

describe('batches', () => {
  it('keeps every row once, in order, in batches of one kind and of at most 500', () => {
    const rows = fc
      .tuple(fc.nat(1_300), fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 6 }))
      .map(([companies, sizes]) => [
        ...Array.from({ length: companies }, (_, index) => company(index)),
        ...sizes.flatMap((size, key) =>
          Array.from({ length: size }, (_, index) => capability(key, index)),
        ),
      ]);
    const holds = fc.property(rows, (all) => {
      const found = [...batches(all)];
      const joined = found.flatMap((batch) => batch.rows);
      return (
        joined.length === all.length &&
        joined.every((row, index) => row === all[index]) &&
        found.every(
          ({ to, rows: own }) =>
            own.length > 0 && own.length <= maxBatch && own.every((row) => row.to === to),
        )
      );
    });
    expect(fc.check(holds)).toMatchObject({ failed: false });
  });

  it('ends a batch between two companies rather than within one, once it is full enough', () => {
    const rows = [450, 200].flatMap((size, key) =>
      Array.from({ length: size }, (_, index) => capability(key, index)),
    );
    expect([...batches(rows)].map((batch) => batch.rows.length)).toEqual([450, 200]);
  });
});

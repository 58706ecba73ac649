import fc from 'fast-check';

import type { Account } from './books.ts';
import { dueOf, paidOf, recoveryFaults, repaymentFaults, settlementFaults } from './dues.ts';
import type { RecoveryRecord, RepaymentRecord } from './recovery.model.ts';

const repayment = (number: number, amount: number, isBounced = false): RepaymentRecord => ({
  number,
  amount,
  paidAt: new Date(0),
  note: null,
  bouncedAt: isBounced ? new Date(1) : null,
  takenBackBy: isBounced ? number + 1 : null,
  reason: null,
});
const demand = (amount: number, more: Partial<RecoveryRecord> = {}): RecoveryRecord => ({
  _id: 'd',
  projectId: 'p',
  companyId: 'a',
  amount,
  reason: '증빙이 없습니다.',
  dueOn: '2026-12-31',
  status: 'DEMANDED',
  repayments: [],
  waived: 0,
  demandedBy: 'secretary',
  demandedAt: new Date(0),
  closedAt: null,
  note: null,
  revision: 1,
  ...more,
});
const held = (more: Partial<Account> = {}): Account => ({
  companyId: 'a',
  planned: 0,
  paid: 1_000,
  matched: 0,
  spent: 1_000,
  returned: 0,
  recovered: 0,
  left: 0,
  items: [],
  ...more,
});

describe('what is due', () => {
  it('is what was demanded less what arrived and stayed, and what was given up', () => {
    const amounts = fc.array(fc.record({ amount: fc.nat(10 ** 12), isBounced: fc.boolean() }));
    fc.assert(
      fc.property(amounts, fc.nat(10 ** 12), fc.nat(10 ** 12), (given, waived, due) => {
        const repayments = given.map(({ amount, isBounced }, index) =>
          repayment(index, amount, isBounced),
        );
        const kept = given.filter(({ isBounced }) => !isBounced);
        const paid = kept.reduce((sum, { amount }) => sum + amount, 0);
        const all = demand(paid + waived + due, { repayments, waived });
        expect([paidOf(all), dueOf(all)]).toEqual([paid, due]);
      }),
    );
  });

  it('is all of a demand that was stored before there were repayments in parts', () => {
    const { repayments: _repayments, waived: _waived, ...old } = demand(70);
    expect([paidOf(old), dueOf(old)]).toEqual([0, 70]);
  });

  it('is paid by 1 won and more, up to the last of it', () => {
    expect(repaymentFaults(1, 60)).toEqual([]);
    expect(repaymentFaults(60, 60)).toEqual([]);
    for (const amount of [0, 61])
      expect(repaymentFaults(amount, 60)).toMatchObject([
        { rule: 'RECOVERY_DUE', limit: '60', found: String(amount), path: ['amount'] },
      ]);
  });
});

describe('another demand', () => {
  it('leaves out what is due of earlier ones, and what they brought back', () => {
    const part = demand(500, { repayments: [repayment(1, 200)] });
    const accounts = [held({ recovered: 200 })];
    const faults = (amount: number) =>
      recoveryFaults({ companyId: 'a', amount }, accounts, [part]).map(({ limit }) => limit);
    expect(faults(500)).toEqual([]);
    expect(faults(501)).toEqual(['500']);
    // The repayment bounced: nothing was recovered, and all of it is due again.
    const bounced = demand(500, { repayments: [repayment(1, 200, true)] });
    expect(recoveryFaults({ companyId: 'a', amount: 500 }, [held()], [bounced])).toEqual([]);
    expect(recoveryFaults({ companyId: 'a', amount: 501 }, [held()], [bounced])).toMatchObject([
      { limit: '500' },
    ]);
  });
});

describe('closing the books', () => {
  it('waits for what is due, and names it', () => {
    const open = demand(500, { repayments: [repayment(1, 200)] });
    expect(settlementFaults([held()], [open])).toMatchObject([
      { rule: 'RECOVERED', limit: '0', found: '300' },
    ]);
    expect(settlementFaults([held()], [demand(500, { status: 'WAIVED', waived: 500 })])).toEqual(
      [],
    );
  });
});

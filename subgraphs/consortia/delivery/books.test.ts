import fc from 'fast-check';

import {
  account,
  accountsIn,
  balancesOf,
  type ItemAccount,
  type LedgerKind,
  type Movement,
} from './books.ts';
import {
  matchedBreaches,
  movementBreaches,
  stagePaymentBreaches,
  type Bounds,
} from './movement.ts';

const bounds = {
  grants: new Map([
    ['a', 600],
    ['b', 400],
  ]),
  plan: [
    { companyId: 'a', item: 'people', amount: 500 },
    { companyId: 'a', item: 'cloud', amount: 300 },
    { companyId: 'b', item: 'people', amount: 400 },
  ],
};

const wish = fc.record({
  kind: fc.constantFrom<LedgerKind>(
    'PAY',
    'MATCH',
    'SPEND',
    'RETURN',
    'RECOVER',
    'REVERSE',
    'BOUNCE',
  ),
  companyId: fc.constantFrom('a', 'b'),
  item: fc.constantFrom('people', 'cloud'),
  amount: fc.integer({ min: 1, max: 400 }),
  /** Whether what comes or goes back is for the item alone. */
  isFor: fc.boolean(),
  reverses: fc.integer({ min: 1, max: 12 }),
  stage: fc.constantFrom('PLAN', 'BUILD', 'SHOW'),
});

/** An entry with the stage that it counts in. */
type Staged = Movement & { stage: string };

type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never;

/** The movement that is wished for: one that takes another back speaks of the same firm, item, amount and stage. */
function movementOf(books: readonly Staged[], wished: Wish): Staged {
  const { kind, companyId, item, amount, isFor, reverses, stage } = wished;
  const own = {
    companyId,
    item: kind === 'SPEND' || (isFor && kind !== 'RECOVER') ? item : null,
    amount,
    stage,
  };
  const number = books.length + 1;
  if (kind !== 'REVERSE' && kind !== 'BOUNCE') return { ...own, number, kind, reverses: null };
  const original = books.find((each) => each.number === reverses) ?? own;
  return { ...original, number, kind, reverses };
}

/** The books after every wish that the rules let pass, in order. */
function booksAfter(wishes: readonly Wish[], within: Bounds = bounds): Staged[] {
  const books: Staged[] = [];
  for (const each of wishes) {
    const movement = movementOf(books, each);
    if (movementBreaches(movement, books, within).length === 0) books.push(movement);
  }
  return books;
}

/** What the accounts of a balance sum to, exactly. */
const totalOf = (books: readonly Movement[], isWanted: (name: string) => boolean = () => true) =>
  Number(
    [...balancesOf(books)]
      .filter(([name]) => isWanted(name))
      .reduce((total, [, balance]) => total + BigInt(balance), 0n),
  );

/** What came for items and was neither spent on them nor given back. */
const waitingFor = (items: readonly ItemAccount[]) =>
  items.reduce(
    (total, { paid, matched, returned, spent }) =>
      total + Math.max(0, paid + matched - returned - spent),
    0,
  );

const entry = (number: number, kind: LedgerKind, amount: number, more: Partial<Movement> = {}) => ({
  number,
  kind,
  companyId: 'a',
  item: kind === 'SPEND' ? 'people' : null,
  amount,
  reverses: null,
  ...more,
});

/** A firm's money; what went back was returned and recovered in equal parts. */
const moneyOf = (paid: number, matched: number, back = 0) => ({
  paid,
  matched,
  returned: back,
  recovered: back,
});

describe('the books', () => {
  it('account for every won, whatever is recorded and taken back', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 40 }), (wishes) => {
        const books = booksAfter(wishes);
        expect(totalOf(books)).toBe(0);
        for (const held of accountsIn(['a', 'b'], bounds.plan, books)) {
          expect(held.paid + held.matched).toBe(held.spent + held.returned + held.left);
          expect(held.left).toBeGreaterThanOrEqual(0);
          expect(held.returned + held.recovered).toBeLessThanOrEqual(held.paid);
          expect(held.paid - held.returned).toBeLessThanOrEqual(
            bounds.grants.get(held.companyId) ?? 0,
          );
          expect(held.items.reduce((total, { spent }) => total + spent, 0)).toBe(held.spent);
          for (const each of held.items) {
            expect(each.spent).toBeLessThanOrEqual(each.planned);
            expect(each.paid + each.matched - each.returned).toBeLessThanOrEqual(each.planned);
            expect(each.returned).toBeLessThanOrEqual(each.paid);
          }
          expect(waitingFor(held.items)).toBeLessThanOrEqual(held.left);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('sum to nothing by project, by stage, by member and by item', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 40 }), (wishes) => {
        const books = booksAfter(wishes);
        expect(totalOf(books)).toBe(0);
        for (const stage of ['PLAN', 'BUILD', 'SHOW'])
          expect(totalOf(books.filter((each) => each.stage === stage))).toBe(0);
        for (const firm of ['a', 'b']) {
          expect(totalOf(books, (name) => name.split(' ')[1] === firm)).toBe(0);
          const [held] = accountsIn([firm], bounds.plan, books);
          for (const { item, spent } of held?.items ?? []) {
            const own = books.filter((each) => each.companyId === firm && each.item === item);
            expect(totalOf(own)).toBe(0);
            expect(balancesOf(own).get(account.used(firm, item)) ?? 0).toBe(spent);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are as before a repayment once it bounced, but for its two entries', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 30 }), fc.integer({ min: 1 }), (wishes, amount) => {
        const books = booksAfter(wishes);
        const repaid = entry(books.length + 1, 'RECOVER', amount);
        if (movementBreaches(repaid, books, bounds).length > 0) return;
        const bounced = entry(books.length + 2, 'BOUNCE', amount, { reverses: repaid.number });
        expect(movementBreaches(bounced, [...books, repaid], bounds)).toEqual([]);
        const after = [...books, repaid, bounced];
        expect(accountsIn(['a', 'b'], bounds.plan, after)).toEqual(
          accountsIn(['a', 'b'], bounds.plan, books),
        );
        expect(totalOf(after)).toBe(0);
        expect(
          movementBreaches({ ...bounced, number: after.length + 1 }, after, bounds),
        ).toMatchObject([{ rule: 'REVERSIBLE', found: String(repaid.number) }]);
      }),
    );
  });

  it('let nothing bounce that is no repayment', () => {
    const before = [entry(1, 'PAY', 100), entry(2, 'SPEND', 50), entry(3, 'RETURN', 10)];
    for (const reverses of [1, 2, 3, 9])
      expect(movementBreaches(entry(4, 'BOUNCE', 0, { reverses }), before, bounds)).toMatchObject([
        { rule: 'REVERSIBLE' },
      ]);
  });

  it('repay and bounce beyond 32 bits and up to the last won that can be counted', () => {
    for (const most of [2 ** 31 + 1, Number.MAX_SAFE_INTEGER]) {
      const wide = { ...bounds, grants: new Map([['a', most]]) };
      const books = [entry(1, 'PAY', most), entry(2, 'RECOVER', most)];
      expect(movementBreaches(entry(2, 'RECOVER', most), books.slice(0, 1), wide)).toEqual([]);
      expect(movementBreaches(entry(3, 'RECOVER', 1), books, wide)).toMatchObject([
        { rule: 'RETURNED', limit: '0', found: '1' },
      ]);
      const bounced = entry(3, 'BOUNCE', most, { reverses: 2 });
      expect(movementBreaches(bounced, books, wide)).toEqual([]);
      expect(accountsIn(['a'], [], [...books, bounced])).toMatchObject([
        { paid: most, recovered: 0, left: most },
      ]);
      expect(totalOf([...books, bounced])).toBe(0);
    }
  });

  it('show a plan that is too large to be counted as the most that can be', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const plan = ['people', 'cloud'].map((item) => ({ companyId: 'a', item, amount: most }));
    expect(accountsIn(['a'], plan, [])).toMatchObject([
      { planned: most, items: [{ planned: most }, { planned: most }] },
    ]);
  });

  it('stay whole numbers that are exact, whatever is recorded of the largest amounts', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const wide: Bounds = {
      grants: new Map([
        ['a', most],
        ['b', most],
      ]),
      plan: ['a', 'b'].flatMap((companyId) =>
        ['people', 'cloud'].map((item) => ({ companyId, item, amount: most })),
      ),
    };
    const amount = fc.constantFrom(1, 2 ** 31, 2 ** 52, most - 2 ** 31, most - 1, most);
    const large = fc.tuple(wish, amount).map(([given, won]) => ({ ...given, amount: won }));
    fc.assert(
      fc.property(fc.array(large, { maxLength: 40 }), (wishes) => {
        const books = booksAfter(wishes, wide);
        expect(totalOf(books)).toBe(0);
        for (const balance of balancesOf(books).values())
          expect(Number.isSafeInteger(balance)).toBe(true);
        for (const { companyId: _company, items, planned: _planned, ...figures } of accountsIn(
          ['a', 'b'],
          wide.plan,
          books,
        ))
          for (const figure of [...Object.values(figures), ...items.map(({ spent }) => spent)]) {
            expect(Number.isSafeInteger(figure)).toBe(true);
            expect(figure).toBeGreaterThanOrEqual(0);
          }
      }),
      { numRuns: 1_000 },
    );
  });

  it('say what is too much, with the limit and what was found', () => {
    const before = [entry(1, 'PAY', 600)];
    const faults = (movement: Movement) =>
      movementBreaches(movement, before, bounds).map(({ rule, limit, found }) => [
        rule,
        limit,
        found,
      ]);
    expect(faults(entry(2, 'PAY', 1))).toEqual([['PAID', '600', '601']]);
    expect(faults(entry(2, 'SPEND', 601))).toEqual([
      ['IN_HAND', '600', '601'],
      ['PLANNED', '500', '601'],
    ]);
    expect(faults(entry(2, 'SPEND', 1, { item: 'travel' }))).toEqual([['PLANNED', '0', '1']]);
    expect(faults(entry(2, 'RETURN', 601)).map(([rule]) => rule)).toEqual(['IN_HAND', 'RETURNED']);
    expect(faults(entry(2, 'REVERSE', 0, { reverses: 7 }))).toEqual([
      ['REVERSIBLE', 'an entry', '7'],
    ]);
  });

  it('keep what came for an item for that item, and tell it by item', () => {
    const forCloud = { item: 'cloud' };
    const before = [entry(1, 'PAY', 300, forCloud), entry(2, 'MATCH', 100)];
    const faults = (movement: Movement, more: readonly Movement[] = []) =>
      movementBreaches(movement, [...before, ...more], bounds).map(({ rule, limit, found }) => [
        rule,
        limit,
        found,
      ]);
    expect(faults(entry(3, 'MATCH', 1, forCloud))).toEqual([['PLANNED', '300', '301']]);
    expect(faults(entry(3, 'PAY', 1, { item: 'travel' }))).toEqual([['PLANNED', '0', '1']]);
    expect(faults(entry(3, 'SPEND', 100))).toEqual([]);
    expect(faults(entry(3, 'SPEND', 101))).toEqual([['EARMARKED', '100', '101']]);
    expect(faults(entry(3, 'RETURN', 101))).toEqual([['EARMARKED', '100', '101']]);
    expect(faults(entry(3, 'RETURN', 300, forCloud))).toEqual([]);
    expect(faults(entry(3, 'RETURN', 301, forCloud))).toEqual([
      ['RETURNED', '300', '301'],
      ['ITEM_RECEIVED', '300', '301'],
    ]);
    const spent = entry(3, 'SPEND', 250, forCloud);
    const returned = entry(4, 'RETURN', 50, forCloud);
    expect(accountsIn(['a'], bounds.plan, [...before, spent, returned])).toMatchObject([
      {
        paid: 300,
        matched: 100,
        left: 100,
        items: [
          { item: 'cloud', planned: 300, paid: 300, matched: 0, spent: 250, returned: 50 },
          { item: 'people', planned: 500, paid: 0, matched: 0, spent: 0, returned: 0 },
        ],
      },
    ]);
    expect(faults(entry(5, 'REVERSE', 0, { reverses: 1 }), [spent, returned])).toEqual([
      ['IN_HAND', '100', '300'],
      ['RETURNED', '250', '300'],
      ['ITEM_RECEIVED', '250', '300'],
    ]);
    expect(faults(entry(4, 'REVERSE', 0, { reverses: 2 }), [entry(3, 'SPEND', 100)])).toEqual([
      ['EARMARKED', '0', '100'],
    ]);
  });

  it('show that members brought of their own what was promised for the public money that they keep', () => {
    const promised = { budget: 800, matching: 200 };
    expect(matchedBreaches([moneyOf(800, 0), moneyOf(0, 200)], promised)).toEqual([]);
    expect(matchedBreaches([moneyOf(401, 100)], promised)).toMatchObject([
      { rule: 'MATCHED', limit: '101', found: '100' },
    ]);
    expect(matchedBreaches([moneyOf(800, 0, 400)], promised)).toEqual([]);
    expect(matchedBreaches([moneyOf(800, 0)], { budget: 800, matching: 0 })).toEqual([]);
    const most = Number.MAX_SAFE_INTEGER;
    expect(
      matchedBreaches([moneyOf(most, most - 1)], { budget: most, matching: most }),
    ).toMatchObject([{ rule: 'MATCHED', limit: String(most), found: String(most - 1) }]);
  });

  it('take an entry back once, and income only while it is in hand', () => {
    const paid = entry(1, 'PAY', 500);
    const spent = entry(2, 'SPEND', 200);
    const back = entry(3, 'REVERSE', 0, { reverses: 2 });
    const payBack = entry(3, 'REVERSE', 0, { reverses: 1 });
    expect(movementBreaches(payBack, [paid, spent], bounds)).toMatchObject([{ rule: 'IN_HAND' }]);
    expect(movementBreaches(back, [paid, spent], bounds)).toEqual([]);
    expect(movementBreaches({ ...back, number: 4 }, [paid, spent, back], bounds)).toMatchObject([
      { rule: 'REVERSIBLE' },
    ]);
    expect(accountsIn(['a'], bounds.plan, [paid, spent, back])).toMatchObject([
      { paid: 500, spent: 0, left: 500 },
    ]);
  });

  it('take no payment back that was returned or recovered, and no return that was paid again', () => {
    const faults = (before: readonly Movement[], reverses: number) =>
      movementBreaches(entry(before.length + 1, 'REVERSE', 0, { reverses }), before, bounds).map(
        ({ rule, limit, found }) => [rule, limit, found],
      );
    const own = entry(2, 'MATCH', 500);
    expect(faults([entry(1, 'PAY', 500), own, entry(3, 'RETURN', 200)], 1)).toEqual([
      ['RETURNED', '300', '500'],
    ]);
    expect(faults([entry(1, 'PAY', 500), own, entry(3, 'RECOVER', 500)], 1)).toEqual([
      ['RETURNED', '0', '500'],
    ]);
    const twice = [entry(1, 'PAY', 600), entry(2, 'RETURN', 600), entry(3, 'PAY', 600)];
    expect(faults(twice, 2)).toEqual([['PAID', '600', '1200']]);
    expect(faults([entry(1, 'PAY', 500), entry(2, 'RECOVER', 500)], 2)).toEqual([
      ['REVERSIBLE', 'an entry', '2'],
    ]);
  });

  it('stay exact to the won, however much a member brings', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const before = [entry(1, 'MATCH', most - 1)];
    expect(movementBreaches(entry(2, 'MATCH', 1), before, bounds)).toEqual([]);
    expect(movementBreaches(entry(2, 'MATCH', 2), before, bounds)).toMatchObject([
      { rule: 'COUNTABLE', limit: '1', found: '2' },
    ]);
    expect(movementBreaches(entry(2, 'PAY', 2), before, bounds)).toMatchObject([
      { rule: 'COUNTABLE' },
    ]);
  });

  it('pay the money of a stage once the gate to it was passed', () => {
    const order = [{ code: 'A' }, { code: 'B' }];
    const stages = [
      { stage: 'A', amount: 100 },
      { stage: 'B', amount: 900 },
    ];
    const before = [
      entry(1, 'PAY', 90),
      entry(2, 'REVERSE', 0, { reverses: 1 }),
      entry(3, 'PAY', 60),
      entry(4, 'RETURN', 10, { companyId: 'b' }),
    ];
    const pay = (amount: number, stage: string | null) =>
      stagePaymentBreaches(entry(5, 'PAY', amount), before, { stage, stages }, order);
    expect(pay(50, 'A')).toEqual([]);
    expect(pay(51, 'A')).toMatchObject([{ rule: 'STAGE_PAID', limit: '100', found: '101' }]);
    expect(pay(950, 'B')).toEqual([]);
    expect(pay(951, null)).toEqual([]);
    expect(
      stagePaymentBreaches(entry(5, 'PAY', 999), before, { stage: 'A', stages: [] }, order),
    ).toEqual([]);
  });
});

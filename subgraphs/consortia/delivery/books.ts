/** Double-entry books of a project: every movement takes from one account what it puts into another. Pure. */
/** Kinds of movements of money. */
export type LedgerKind = 'PAY' | 'MATCH' | 'SPEND' | 'RETURN' | 'RECOVER' | 'REVERSE' | 'BOUNCE';

/** A movement of money, won. */
export interface Movement {
  number: number;
  kind: LedgerKind;
  companyId: string;
  item: string | null;
  amount: number;
  /** Number of the movement that it takes back. */
  reverses: number | null;
}

/** Money planned for a firm and an item, won. */
export interface ItemPlan {
  companyId: string;
  item: string;
  amount: number;
}

/** Balances by account name; together they are always 0. */
export type Balances = ReadonlyMap<string, number>;

/** Names of accounts: public money, a firm's own money, a firm's money in hand, what a firm used for an item. */
export const account = {
  grant: (companyId: string) => `GRANT ${companyId}`,
  own: (companyId: string) => `OWN ${companyId}`,
  hand: (companyId: string) => `HAND ${companyId}`,
  used: (companyId: string, item: string) => `USED ${companyId} ${item}`,
} as const;

/** Out of which account a movement takes, and into which it puts. */
function accountsOf({ kind, companyId, item }: Movement): [from: string, to: string] {
  const hand = account.hand(companyId);
  if (kind === 'PAY') return [account.grant(companyId), hand];
  if (kind === 'MATCH') return [account.own(companyId), hand];
  if (kind === 'RETURN') return [hand, account.grant(companyId)];
  if (kind === 'RECOVER') return [account.own(companyId), account.grant(companyId)];
  return [hand, account.used(companyId, item ?? '')];
}

/** Balances after all movements: what was put in less what was taken out. */
export function balancesOf(movements: readonly Movement[]): Balances {
  const balances = new Map<string, number>();
  const add = (name: string, amount: number) =>
    balances.set(name, (balances.get(name) ?? 0) + amount);
  const byNumber = new Map(movements.map((movement) => [movement.number, movement]));
  for (const movement of movements) {
    const original = movement.reverses === null ? null : byNumber.get(movement.reverses);
    const [from, to] = accountsOf(original ?? movement);
    const amount = original ? -original.amount : movement.amount;
    add(from, -amount);
    add(to, amount);
  }
  return balances;
}

/** A firm's money in a project, won. */
export interface Account {
  companyId: string;
  planned: number;
  paid: number;
  matched: number;
  spent: number;
  returned: number;
  /** Public money that was used, and was paid back out of the firm's own. */
  recovered: number;
  left: number;
  items: ItemAccount[];
}

/** A firm's money for one item, won. What came for no item in particular is in the firm's sums alone. */
export interface ItemAccount {
  item: string;
  planned: number;
  paid: number;
  matched: number;
  spent: number;
  returned: number;
}

/** Each firm's money: what was taken back does not count on either side. */
export function accountsIn(
  companyIds: readonly string[],
  plan: readonly ItemPlan[],
  movements: readonly Movement[],
): Account[] {
  return companyIds.map((companyId) => accountOf(companyId, plan, movements));
}

/** A firm's money after some movements. */
export function accountOf(
  companyId: string,
  plan: readonly ItemPlan[],
  movements: readonly Movement[],
): Account {
  const balances = balancesOf(movements);
  const own = notReversed(movements).filter((movement) => movement.companyId === companyId);
  const sumOf = (kind: LedgerKind) => sum(own.filter((each) => each.kind === kind));
  const planned = plan.filter((each) => each.companyId === companyId);
  const names = new Set([...planned, ...own].flatMap(({ item }) => item ?? []));
  const itemOf = (item: string): ItemAccount => {
    const forItem = own.filter((each) => each.item === item);
    const sumFor = (kind: LedgerKind) => sum(forItem.filter((each) => each.kind === kind));
    return {
      item,
      planned: sum(planned.filter((each) => each.item === item)),
      paid: sumFor('PAY'),
      matched: sumFor('MATCH'),
      spent: balances.get(account.used(companyId, item)) ?? 0,
      returned: sumFor('RETURN'),
    };
  };
  return {
    companyId,
    // Budget and matching of one firm may be more than a number counts to the won.
    planned: Math.min(sum(planned), Number.MAX_SAFE_INTEGER),
    paid: sumOf('PAY'),
    matched: sumOf('MATCH'),
    spent: sumOf('SPEND'),
    returned: sumOf('RETURN'),
    recovered: sumOf('RECOVER'),
    left: balances.get(account.hand(companyId)) ?? 0,
    items: [...names].toSorted().map(itemOf),
  };
}

/** Movements that were not taken back, and that take nothing back. */
export function notReversed(movements: readonly Movement[]): Movement[] {
  const reversed = new Set(movements.map(({ reverses }) => reverses));
  return movements.filter(({ number, reverses }) => reverses === null && !reversed.has(number));
}

/** Of some amounts, won. */
export function sum(amounts: readonly { amount: number }[]): number {
  return amounts.reduce((total, { amount }) => total + amount, 0);
}

/** Money that came for an item and was not given back, won. */
export function receivedFor({ paid, matched, returned }: ItemAccount): number {
  return paid + matched - returned;
}

/** Money in hand that came for items and was not spent on them yet, won. */
export function waitingIn({ items }: Account): number {
  return items.reduce((total, each) => total + Math.max(0, receivedFor(each) - each.spent), 0);
}

// One optimisation over an instance: the best team, the least violation of the rules, or the smallest change.
import { at } from './dense.ts';
import type { Instance, Objective, QuotaRow } from './instance.ts';
import { ruleKey } from './rule.ts';

/** A row and the price of breaking it by one; 0: it may not be broken. */
export type TaskRow = QuotaRow & { readonly price: number };

/** What the model and the bound are built from. */
export type Task = {
  readonly instance: Instance;
  readonly objective: Objective;
  /** Rules may be broken at a price; the objective is the price alone. */
  readonly isElastic: boolean;
  readonly needs: Float64Array;
  readonly needPrices: Float64Array;
  readonly leads: number;
  readonly leadPrice: number;
  readonly rows: readonly TaskRow[];
  readonly minKinds: number;
  readonly kindsPrice: number;
  /** Infinity where there is none. */
  readonly budgetWon: number;
  /** Price of one per cent of the budget. */
  readonly budgetPrice: number;
  /** 1: the firm is a member in every team. */
  readonly fixed: Uint8Array;
  /** 1: the firm may be a member without carrying a requirement. */
  readonly exempt: Uint8Array;
  /** 1: the firm may not be a member. */
  readonly out: Uint8Array;
  readonly mostMembers: number;
  /** Objectives of teams are multiples of this; 0: any number. */
  readonly step: number;
};

/** Won that count as one in the model, so that a whole budget is 10,000. */
export function moneyUnit(instance: Instance): number {
  return instance.costReferenceWon / 10_000;
}

/** Changes to the plain task. */
type Change = {
  readonly rows?: readonly QuotaRow[];
  readonly out?: readonly number[];
  readonly objective?: Objective;
  readonly step?: number;
};

/** The task of finding the best team. */
export function bestTeamTask(instance: Instance, change: Change = {}): Task {
  const lead = instance.lead ? [instance.lead.firm] : [];
  const fixed = marks(instance, [...instance.demanded.map(({ firm }) => firm), ...lead]);
  return {
    instance,
    objective: change.objective ?? instance.objective,
    isElastic: false,
    needs: Float64Array.from(instance.must),
    needPrices: new Float64Array(instance.must.length),
    leads: 1,
    leadPrice: 0,
    rows: [...instance.quotas, ...(change.rows ?? [])].map((row) => ({ ...row, price: 0 })),
    minKinds: instance.minKinds,
    kindsPrice: 0,
    budgetWon: instance.budgetWon ?? Number.POSITIVE_INFINITY,
    budgetPrice: 0,
    fixed,
    exempt: fixed.map((isFixed, firm) => isFixed | at(instance.mayIdle, firm)),
    out: marks(instance, change.out ?? []),
    mostMembers: instance.maxPartners,
    step: change.step ?? 0,
  };
}

/**
 * The task of breaking the rules as little as possible. Rules in `off` do not hold at all; 0 means that the
 * others can hold together.
 */
export function leastViolationTask(
  instance: Instance,
  off: ReadonlySet<string>,
  change: Pick<Change, 'rows' | 'out'> = {},
): Task {
  const holds = (key: string) => !off.has(key);
  const included = instance.demanded.filter(({ id }) => holds(`MUST_INCLUDE:${id}`));
  const prices = instance.violationPrices;
  const isIncluded = marks(
    instance,
    included.map(({ firm }) => firm),
  );
  const needs = Float64Array.from(instance.must, (must, index) =>
    holds(`REQUIREMENT:${instance.requirementIds[index]}`) ? must : 0,
  );
  const lead = Number(holds('LEAD'));
  const minKinds = holds('MIN_KINDS') ? instance.minKinds : 0;
  const budgetWon = holds('BUDGET') ? instance.budgetWon : null;
  return {
    instance,
    objective: zeroObjective(instance),
    isElastic: true,
    needs,
    needPrices: needs.map((need) => (need > 0 ? prices.REQUIREMENT : 0)),
    leads: lead,
    leadPrice: lead * prices.LEAD,
    rows: [...elasticRows(instance, off, included), ...(change.rows ?? []).map(hard)],
    minKinds,
    kindsPrice: minKinds > 0 ? prices.MIN_KINDS : 0,
    budgetWon: budgetWon ?? Number.POSITIVE_INFINITY,
    budgetPrice: budgetWon === null ? 0 : prices.BUDGET,
    fixed: new Uint8Array(instance.firms),
    exempt: isIncluded.map((isIn, firm) => isIn | at(instance.mayIdle, firm)),
    out: marks(instance, change.out ?? []),
    mostMembers: Number.POSITIVE_INFINITY,
    step: 0,
  };
}

/** The same rules, but none may be broken at any price. */
export function withoutPrices(task: Task): Task {
  return {
    ...task,
    isElastic: false,
    needPrices: task.needPrices.map(() => 0),
    leadPrice: 0,
    rows: task.rows.map(hard),
    kindsPrice: 0,
    budgetPrice: 0,
  };
}

function marks(instance: Instance, firms: readonly number[]): Uint8Array {
  const marked = new Uint8Array(instance.firms);
  for (const firm of firms) if (firm >= 0) marked[firm] = 1;
  return marked;
}

function hard(row: QuotaRow): TaskRow {
  return { ...row, price: 0 };
}

function elasticRows(
  instance: Instance,
  off: ReadonlySet<string>,
  included: Instance['demanded'],
): TaskRow[] {
  const rows = instance.quotas.filter(
    ({ constraint }) => constraint === null || !off.has(ruleKey(constraint)),
  );
  const price = (row: QuotaRow) =>
    row.constraint ? instance.violationPrices[row.constraint.kind] : 0;
  return [...rows, ...included.map(demandRow)].map((row) => ({ ...row, price: price(row) }));
}

function demandRow(demanded: Instance['demanded'][number]): QuotaRow {
  const firms = Int32Array.from(demanded.firm < 0 ? [] : [demanded.firm]);
  return {
    constraint: {
      kind: 'MUST_INCLUDE',
      candidateId: demanded.id,
      blockedBy: demanded.blockedBy,
    },
    least: 1,
    most: Number.POSITIVE_INFINITY,
    everyone: 0,
    firms,
    extra: new Float64Array(firms.length).fill(1),
  };
}

function zeroObjective(instance: Instance): Objective {
  return {
    constant: 0,
    x: new Float64Array(instance.firms),
    y: new Float64Array(instance.requirement.length),
    u: 0,
  };
}

// The programme of a task over some of its firms: restricted linear programme, or exact integer programme.
import { add, at } from '../task/dense.ts';
import type { Instance, Team } from '../task/instance.ts';
import { addColumn, addRow, emptyProgramme, ones, type Programme } from './programme.ts';
import { moneyUnit, type Task, type TaskRow } from '../task/task.ts';
import { kinds } from '../problem.ts';

/** Where the parts of a task are in a programme; -1 where a part is not. */
export type Model = {
  readonly task: Task;
  readonly firms: readonly number[];
  readonly programme: Programme;
  /** Columns by firm: member, lead, first pair, stranger (member whom nobody knows). */
  readonly member: Int32Array;
  readonly leads: Int32Array;
  readonly firstPair: Int32Array;
  readonly stranger: Int32Array;
  readonly kindColumns: Int32Array;
  readonly slacks: Slack[];
  /** Rows. */
  readonly needRows: Int32Array;
  readonly leadRow: number;
  readonly quotaRows: Int32Array;
  readonly kindRows: Int32Array;
  readonly kindsRow: number;
  readonly budgetRow: number;
  readonly strangerRow: Int32Array;
  readonly independence: { group: number; requirement: number; row: number }[];
};

/** How far a rule is broken: its place among the rules of the task, and the column that says by how much. */
export type Slack = {
  readonly of: 'NEED' | 'LEAD' | 'ROW' | 'KINDS' | 'BUDGET';
  readonly index: number;
  readonly column: number;
};

type Draft = {
  -readonly [Key in keyof Model]: Model[Key];
};

const infinity = Number.POSITIVE_INFINITY;

/**
 * Writes the programme of a task over `firms` (any order, no repeats; those that are out are skipped).
 * Formulation: docs/guides/assembly.md.
 */
export function buildModel(task: Task, firms: Iterable<number>): Model {
  const { instance } = task;
  const chosen = [...firms].filter((firm) => task.out[firm] === 0).toSorted((a, b) => a - b);
  const draft: Draft = {
    task,
    firms: chosen,
    programme: emptyProgramme(),
    member: new Int32Array(instance.firms).fill(-1),
    leads: new Int32Array(instance.firms).fill(-1),
    firstPair: new Int32Array(instance.firms).fill(-1),
    stranger: new Int32Array(instance.firms).fill(-1),
    kindColumns: new Int32Array(kinds.length).fill(-1),
    slacks: [],
    needRows: new Int32Array(instance.must.length).fill(-1),
    leadRow: -1,
    quotaRows: new Int32Array(task.rows.length).fill(-1),
    kindRows: new Int32Array(kinds.length).fill(-1),
    kindsRow: -1,
    budgetRow: -1,
    strangerRow: new Int32Array(instance.firms).fill(-1),
    independence: [],
  };
  draft.programme.constant = task.objective.constant;
  addFirms(draft);
  addNeeds(draft);
  addWork(draft);
  addIndependence(draft);
  addLead(draft);
  for (const [index, row] of task.rows.entries()) addQuota(draft, row, index);
  addKinds(draft);
  addBudget(draft);
  if (task.objective.u > 0) addCohesion(draft);
  return draft;
}

function addFirms(draft: Draft): void {
  const { task, programme } = draft;
  const { instance, objective } = task;
  for (const firm of draft.firms)
    draft.member[firm] = addColumn(programme, {
      cost: at(objective.x, firm),
      lower: task.fixed[firm] === 1 ? 1 : 0,
      isWhole: true,
    });
  for (const firm of draft.firms)
    if (instance.mayLead[firm] === 1)
      draft.leads[firm] = addColumn(programme, { cost: 0, isWhole: true });
  for (const firm of draft.firms) {
    draft.firstPair[firm] = programme.costs.length;
    for (const pair of pairsOf(instance, firm))
      addColumn(programme, { cost: at(objective.y, pair), isWhole: true });
  }
}

/** The numbers of a firm's pairs. */
export function pairsOf(instance: Instance, firm: number): number[] {
  const from = at(instance.start, firm);
  return Array.from({ length: at(instance.start, firm + 1) - from }, (_, k) => from + k);
}

function pairColumn(draft: Model, firm: number, pair: number): number {
  return at(draft.firstPair, firm) + pair - at(draft.task.instance.start, firm);
}

function addSlack(draft: Draft, slack: Omit<Slack, 'column'>, cost: number): number {
  const isWhole = slack.of !== 'BUDGET';
  const column = addColumn(draft.programme, { cost, upper: infinity, isWhole });
  draft.slacks.push({ ...slack, column });
  return column;
}

function addNeeds(draft: Draft): void {
  const { task, programme } = draft;
  const { instance } = task;
  const columns: number[][] = Array.from(instance.must, () => []);
  for (const firm of draft.firms)
    for (const pair of pairsOf(instance, firm))
      columns[at(instance.requirement, pair)]?.push(pairColumn(draft, firm, pair));
  for (const [index, found] of columns.entries()) {
    const values = ones(found.length);
    const price = at(task.needPrices, index);
    const most = at(instance.want, index);
    if (price > 0) {
      found.push(addSlack(draft, { of: 'NEED', index }, price));
      values.push(1);
    }
    draft.needRows[index] = addRow(programme, found, values, at(task.needs, index), most);
  }
}

// A pair is carried only by a member, within its capacity, and no member but the lead carries nothing.
function addWork(draft: Draft): void {
  const { task, programme } = draft;
  const { instance } = task;
  for (const firm of draft.firms) {
    const member = at(draft.member, firm);
    const lead = draft.leads[firm] ?? -1;
    const columns = pairsOf(instance, firm).map((pair) => pairColumn(draft, firm, pair));
    for (const column of columns) addRow(programme, [column, member], [1, -1], -infinity, 0);
    const capacity = at(instance.capacity, firm);
    if (columns.length > capacity)
      addRow(programme, [...columns, member], [...ones(columns.length), -capacity], -infinity, 0);
    if (task.exempt[firm] === 0) {
      const carried = lead >= 0 ? [...columns, lead] : columns;
      const values = [...carried.map(() => -1), 1];
      addRow(programme, [...carried, member], values, -infinity, 0);
    }
    if (lead >= 0) addRow(programme, [lead, member], [1, -1], -infinity, 0);
  }
}

function addIndependence(draft: Draft): void {
  const { instance } = draft.task;
  const columns = new Map<number, number[]>();
  for (const firm of draft.firms) {
    const group = instance.group[firm] ?? -1;
    if (group < 0) continue;
    for (const pair of pairsOf(instance, firm)) {
      const key = group * instance.must.length + at(instance.requirement, pair);
      const column = pairColumn(draft, firm, pair);
      columns.set(key, [...(columns.get(key) ?? []), column]);
    }
  }
  for (const [key, found] of columns) {
    if (found.length < 2) continue;
    const row = addRow(draft.programme, found, ones(found.length), -infinity, 1);
    const requirement = key % instance.must.length;
    const group = (key - requirement) / instance.must.length;
    draft.independence.push({ group, requirement, row });
  }
}

function addLead(draft: Draft): void {
  const { task } = draft;
  const columns = draft.firms
    .map((firm) => draft.leads[firm] ?? -1)
    .filter((column) => column >= 0);
  if (task.leadPrice > 0) columns.push(addSlack(draft, { of: 'LEAD', index: 0 }, task.leadPrice));
  draft.leadRow = addRow(draft.programme, columns, ones(columns.length), task.leads, 1);
}

function addQuota(draft: Draft, row: TaskRow, index: number): void {
  const { columns, values } = quotaEntries(draft, row);
  const isAtLeast = row.least > -infinity;
  if (row.price > 0) {
    columns.push(addSlack(draft, { of: 'ROW', index }, row.price));
    values.push(isAtLeast ? 1 : -1);
  }
  // A conflict of which one side is not here says nothing.
  if (!isAtLeast && row.everyone === 0 && columns.length <= row.most) return;
  draft.quotaRows[index] = addRow(draft.programme, columns, values, row.least, row.most);
}

function quotaEntries(draft: Draft, row: TaskRow): { columns: number[]; values: number[] } {
  const columns: number[] = [];
  const values: number[] = [];
  if (row.everyone === 0) {
    for (const [k, firm] of row.firms.entries()) {
      const column = draft.member[firm] ?? -1;
      if (column < 0) continue;
      columns.push(column);
      values.push(at(row.extra, k));
    }
    return { columns, values };
  }
  const extra = new Map<number, number>();
  for (const [k, firm] of row.firms.entries()) extra.set(firm, at(row.extra, k));
  for (const firm of draft.firms) {
    columns.push(at(draft.member, firm));
    values.push(row.everyone + (extra.get(firm) ?? 0));
  }
  return { columns, values };
}

function addKinds(draft: Draft): void {
  const { task, programme } = draft;
  if (task.minKinds === 0) return;
  const present: number[] = [];
  for (const [kind] of kinds.entries()) {
    const members = draft.firms
      .filter((firm) => (at(task.instance.kindBits, firm) >> kind) & 1)
      .map((firm) => at(draft.member, firm));
    if (members.length === 0) continue;
    const column = addColumn(programme, { cost: 0 });
    present.push(column);
    draft.kindColumns[kind] = column;
    const values = [1, ...members.map(() => -1)];
    draft.kindRows[kind] = addRow(programme, [column, ...members], values, -infinity, 0);
  }
  if (task.kindsPrice > 0)
    present.push(addSlack(draft, { of: 'KINDS', index: 0 }, task.kindsPrice));
  draft.kindsRow = addRow(programme, present, ones(present.length), task.minKinds, infinity);
}

function addBudget(draft: Draft): void {
  const { task, programme } = draft;
  const { instance } = task;
  if (task.budgetWon === infinity) return;
  const unit = moneyUnit(instance);
  const columns: number[] = [];
  const values: number[] = [];
  for (const firm of draft.firms) {
    columns.push(at(draft.member, firm));
    values.push(at(instance.entryWon, firm) / unit);
    for (const pair of pairsOf(instance, firm)) {
      columns.push(pairColumn(draft, firm, pair));
      values.push(at(instance.priceWon, pair) / unit);
    }
  }
  if (task.budgetPrice > 0) {
    // One per cent of the reference is 100 units.
    columns.push(addSlack(draft, { of: 'BUDGET', index: 0 }, task.budgetPrice / 100));
    values.push(-1);
  }
  draft.budgetRow = addRow(programme, columns, values, -infinity, task.budgetWon / unit);
}

// stranger >= member - sum of the strengths of those in the team: one row a firm, whatever its history.
function addCohesion(draft: Draft): void {
  const { task, programme } = draft;
  const { instance } = task;
  for (const firm of draft.firms) {
    const member = at(draft.member, firm);
    const columns: number[] = [];
    const values: number[] = [];
    for (let k = at(instance.historyStart, firm); k < at(instance.historyStart, firm + 1); k++) {
      const other = draft.member[at(instance.historyFirm, k)] ?? -1;
      if (other < 0) continue;
      columns.push(other);
      values.push(-at(instance.historyStrength, k));
    }
    if (columns.length === 0) {
      add(programme.costs, member, task.objective.u);
      continue;
    }
    const stranger = addColumn(programme, { cost: task.objective.u });
    draft.stranger[firm] = stranger;
    draft.strangerRow[firm] = addRow(
      programme,
      [member, stranger, ...columns],
      [1, -1, ...values],
      -infinity,
      0,
    );
  }
}

/** The programme of a model in which members may carry pairs in part and lead in part. */
export function inParts({ programme, firms, member }: Model): Programme {
  const whole = programme.whole.map(() => 0);
  for (const firm of firms) whole[at(member, firm)] = 1;
  return { ...programme, whole };
}

/** The team that a solution of the programme describes. */
export function readTeam(model: Model, values: Float64Array): Team {
  const { instance } = model.task;
  const firms = model.firms.filter((firm) => at(values, at(model.member, firm)) > 0.5);
  const isLead = (firm: number) => {
    const column = model.leads[firm] ?? -1;
    return column >= 0 && at(values, column) > 0.5;
  };
  const pairs = firms.flatMap((firm) =>
    pairsOf(instance, firm).filter((pair) => at(values, pairColumn(model, firm, pair)) > 0.5),
  );
  return { firms, pairs, lead: firms.find(isLead) ?? -1 };
}

/** A team as a solution of the programme, for a warm start; its firms must all be in the model. */
export function startFrom(model: Model, team: Team): Float64Array {
  const { instance } = model.task;
  const values = new Float64Array(model.programme.costs.length);
  const members = new Set(team.firms);
  const chosen = new Set(team.pairs);
  let bits = 0;
  for (const firm of team.firms) {
    values[at(model.member, firm)] = 1;
    bits |= at(instance.kindBits, firm);
    for (const pair of pairsOf(instance, firm))
      if (chosen.has(pair)) values[pairColumn(model, firm, pair)] = 1;
    const stranger = model.stranger[firm] ?? -1;
    if (stranger >= 0) values[stranger] = Math.max(0, 1 - knownIn(instance, firm, members));
  }
  const lead = model.leads[team.lead] ?? -1;
  if (lead >= 0) values[lead] = 1;
  for (const [kind, column] of model.kindColumns.entries())
    if (column >= 0) values[column] = (bits >> kind) & 1;
  return values;
}

/** Sum of the strengths of the history of a firm with the members of a team. */
export function knownIn(instance: Instance, firm: number, members: ReadonlySet<number>): number {
  let sum = 0;
  for (let k = at(instance.historyStart, firm); k < at(instance.historyStart, firm + 1); k++)
    if (members.has(instance.historyFirm[k] ?? -1)) sum += at(instance.historyStrength, k);
  return sum;
}

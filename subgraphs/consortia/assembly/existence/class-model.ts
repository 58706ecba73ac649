// The programme of a task over classes of firms: whole numbers of members instead of single ones. It can be met wherever the
// task can, as every rule is at most as strict here as it is for the firms of the classes.
import type { FirmClass } from './classes.ts';
import { at, range } from '../task/dense.ts';
import { addColumn, addRow, emptyProgramme, ones, type Programme } from '../search/programme.ts';
import { moneyUnit, type Task, type TaskRow } from '../task/task.ts';
import { kinds } from '../problem.ts';

/** Where the parts of a class are in a programme; -1 where a part is not. */
export type ClassColumns = {
  readonly members: number;
  readonly lead: number;
  readonly work: ReadonlyMap<number, number>;
};

/** A programme over classes. */
export type ClassModel = {
  readonly programme: Programme;
  readonly columns: readonly ClassColumns[];
};

const infinity = Number.POSITIVE_INFINITY;

/** Writes the programme; among its solutions those are preferred that use single firms. */
export function buildClassModel(task: Task, classes: readonly FirmClass[]): ClassModel {
  const programme = emptyProgramme();
  const columns = classes.map((one) => addClass(task, programme, one));
  const draft = { task, programme, classes, columns };
  addNeeds(draft);
  for (const [index, one] of classes.entries()) addWork(draft, one, index);
  addIndependence(draft);
  const leads = columns.map(({ lead }) => lead).filter((column) => column >= 0);
  addRow(programme, leads, ones(leads.length), task.leads, 1);
  for (const [index, row] of task.rows.entries()) addRule(draft, row, index);
  addKinds(draft);
  addBudget(draft);
  return { programme, columns };
}

type Draft = ClassModel & { readonly task: Task; readonly classes: readonly FirmClass[] };

function addClass(task: Task, programme: Programme, one: FirmClass): ClassColumns {
  const { firms, isFixed, mayLead, group, work } = one;
  const members = addColumn(programme, {
    cost: firms.length > 1 ? 1 : 0,
    lower: isFixed ? 1 : 0,
    upper: firms.length,
    isWhole: true,
  });
  const lead = mayLead ? addColumn(programme, { cost: 0, isWhole: true }) : -1;
  const byRequirement = new Map<number, number>();
  for (const [requirement, able] of work) {
    const most = Math.min(at(task.instance.want, requirement), group < 0 ? able.firms : 1);
    const column = addColumn(programme, { cost: 0, upper: most, isWhole: true });
    byRequirement.set(requirement, column);
  }
  return { members, lead, work: byRequirement };
}

function addNeeds({ task, programme, columns }: Draft): void {
  const { must, want } = task.instance;
  const carried: number[][] = range(0, must.length).map(() => []);
  for (const { work } of columns)
    for (const [requirement, column] of work) carried[requirement]?.push(column);
  for (const [requirement, found] of carried.entries())
    addRow(
      programme,
      found,
      ones(found.length),
      at(task.needs, requirement),
      at(want, requirement),
    );
}

// As many carry a requirement as there are members, each no more than it can, and nobody but the lead carries nothing. Where
// the firms are alike, work dealt out in turn keeps all three.
function addWork({ programme, columns }: Draft, one: FirmClass, index: number): void {
  const of = columns[index];
  if (!of) return;
  const { members, lead } = of;
  const work = [...of.work.values()];
  for (const column of work) addRow(programme, [column, members], [1, -1], -infinity, 0);
  if (work.length > one.capacity)
    addRow(programme, [...work, members], [...ones(work.length), -one.capacity], -infinity, 0);
  const busy = lead < 0 ? work : [...work, lead];
  if (!one.mayRest) addRow(programme, [...busy, members], [...busy.map(() => -1), 1], -infinity, 0);
  if (lead >= 0) addRow(programme, [lead, members], [1, -1], -infinity, 0);
}

function addIndependence({ programme, classes, columns }: Draft): void {
  const carried = new Map<string, number[]>();
  for (const [index, { group }] of classes.entries()) {
    if (group < 0) continue;
    for (const [requirement, column] of columns[index]?.work ?? []) {
      const key = `${group}:${requirement}`;
      const known = carried.get(key);
      if (known) known.push(column);
      else carried.set(key, [column]);
    }
  }
  for (const found of carried.values())
    if (found.length > 1) addRow(programme, found, ones(found.length), -infinity, 1);
}

function addRule({ programme, classes, columns }: Draft, row: TaskRow, index: number): void {
  const members = columns.map((of) => of.members);
  const value = (of: 'highest' | 'lowest') =>
    classes.map((one) => row.everyone + (one.rows.get(index)?.[of] ?? 0));
  const add = (values: readonly number[], least: number, most: number) => {
    const used = range(0, values.length).filter((place) => values[place] !== 0);
    const pick = (from: readonly number[]) => used.map((place) => at(from, place));
    addRow(programme, pick(members), pick(values), least, most);
  };
  if (row.least > -infinity) add(value('highest'), row.least, infinity);
  if (row.most < infinity) add(value('lowest'), -infinity, row.most);
}

function addKinds({ task, programme, classes, columns }: Draft): void {
  if (task.minKinds === 0) return;
  const present: number[] = [];
  for (const [kind] of kinds.entries()) {
    const members = columns
      .filter((_, index) => ((classes[index]?.kindBits ?? 0) >> kind) & 1)
      .map((of) => of.members);
    if (members.length === 0) continue;
    const column = addColumn(programme, { cost: 0 });
    present.push(column);
    addRow(programme, [column, ...members], [1, ...members.map(() => -1)], -infinity, 0);
  }
  addRow(programme, present, ones(present.length), task.minKinds, infinity);
}

function addBudget({ task, programme, classes, columns }: Draft): void {
  if (task.budgetWon === infinity) return;
  const unit = moneyUnit(task.instance);
  const priced: number[] = [];
  const values: number[] = [];
  for (const [index, one] of classes.entries()) {
    priced.push(columns[index]?.members ?? 0);
    values.push(one.entryWon / unit);
    for (const [requirement, column] of columns[index]?.work ?? []) {
      priced.push(column);
      values.push((one.work.get(requirement)?.priceWon ?? 0) / unit);
    }
  }
  addRow(programme, priced, values, -infinity, task.budgetWon / unit);
}

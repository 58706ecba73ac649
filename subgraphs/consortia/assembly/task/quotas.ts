// The rules about who is in the team, each as one row over the members.
import { flags, type Coded, type FirmColumns } from '../alliance/columns.ts';
import { at } from './dense.ts';
import type { QuotaRow } from './instance.ts';
import type { Constraint, Constraints, Kind, Quota } from '../problem.ts';

/** The firms of an instance: their columns, and the place of each there. */
export type Firms = { readonly columns: FirmColumns; readonly places: Int32Array };

/** One row for each rule of the constraints that counts members. `firms` are those of the instance. */
export function quotaRows(firms: Firms, constraints: Constraints): QuotaRow[] {
  const most = constraints.maxPartners;
  const rows: QuotaRow[] = [
    row({ kind: 'MIN_PARTNERS' }, [], { everyone: 1, least: constraints.minPartners }),
    row({ kind: 'MAX_PARTNERS' }, [], { everyone: 1, most }),
  ];
  const { minSmes, minOutsideCapital } = constraints;
  if (minSmes) rows.push(shareRow({ kind: 'MIN_SMES' }, flagged(firms, flags.isSme), minSmes));
  if (minOutsideCapital)
    rows.push(
      shareRow(
        { kind: 'MIN_OUTSIDE_CAPITAL' },
        flagged(firms, flags.isOutsideCapital),
        minOutsideCapital,
      ),
    );
  for (const { region, least } of constraints.regions ?? [])
    rows.push(
      row(
        { kind: 'REGION', region },
        having(firms, firms.columns.region, (own) => own === region),
        { least },
      ),
    );
  for (const { certificate, least } of constraints.certificates ?? [])
    rows.push(
      row(
        { kind: 'CERTIFICATE', certificate },
        having(firms, firms.columns.certificates, (held) => held.includes(certificate)),
        { least },
      ),
    );
  return [...rows, ...kindRows(firms, constraints), ...conflictRows(firms, constraints)];
}

function kindRows(firms: Firms, constraints: Constraints): QuotaRow[] {
  const rows: QuotaRow[] = [];
  for (const { kind, least, most } of constraints.membersByKind ?? []) {
    const isOne = (own: readonly Kind[]) => own.includes(kind);
    const ofKind = having(firms, firms.columns.kinds, isOne);
    if (least > 0) rows.push(row({ kind: 'KIND_LEAST', of: kind }, ofKind, { least }));
    if (most !== null) rows.push(row({ kind: 'KIND_MOST', of: kind }, ofKind, { most }));
  }
  return rows;
}

function conflictRows(firms: Firms, constraints: Constraints): QuotaRow[] {
  const numberOf = namedIn(firms, constraints);
  const rows: QuotaRow[] = [];
  const seen = new Set<string>();
  for (const pair of constraints.conflicts ?? []) {
    const [a, b] = pair[0] < pair[1] ? pair : [pair[1], pair[0]];
    const first = numberOf.get(a);
    const second = numberOf.get(b);
    const key = `${a}\u0000${b}`;
    if (first === undefined || second === undefined || first === second || seen.has(key)) continue;
    seen.add(key);
    rows.push(row({ kind: 'CONFLICT', candidateIds: [a, b] }, [first, second], { most: 1 }));
  }
  return rows;
}

// The numbers of the firms that conflicts name.
function namedIn({ columns, places }: Firms, { conflicts = [] }: Constraints) {
  const named = new Set(conflicts.flat());
  const numberOf = new Map<string, number>();
  if (named.size === 0) return numberOf;
  for (const [index, place] of places.entries()) {
    const id = columns.ids[place] ?? '';
    if (named.has(id)) numberOf.set(id, index);
  }
  return numberOf;
}

function flagged({ columns, places }: Firms, flag: number): number[] {
  const found: number[] = [];
  for (let index = 0; index < places.length; index++)
    if (((columns.flags[at(places, index)] ?? 0) & flag) > 0) found.push(index);
  return found;
}

function having<Value>(
  { places }: Firms,
  { code, values }: Coded<Value>,
  test: (value: Value) => boolean,
): number[] {
  const isOne = values.map(test);
  const found: number[] = [];
  for (let index = 0; index < places.length; index++)
    if (isOne[code[at(places, index)] ?? -1] === true) found.push(index);
  return found;
}

function shareRow(constraint: Constraint, firms: readonly number[], quota: Quota): QuotaRow {
  if ('count' in quota) return row(constraint, firms, { least: quota.count });
  // A share stays linear: those that count, less the share of all members, is at least 0.
  return row(constraint, firms, { everyone: -quota.shareBasisPoints / 10_000, least: 0 });
}

function row(
  constraint: Constraint,
  firms: readonly number[],
  bounds: { everyone?: number; least?: number; most?: number },
): QuotaRow {
  return {
    constraint,
    everyone: bounds.everyone ?? 0,
    least: bounds.least ?? Number.NEGATIVE_INFINITY,
    most: bounds.most ?? Number.POSITIVE_INFINITY,
    firms: Int32Array.from(firms),
    extra: new Float64Array(firms.length).fill(1),
  };
}

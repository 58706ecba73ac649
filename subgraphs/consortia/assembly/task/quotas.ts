// The rules about who is in the team, each as one row over the members.
import type { QuotaRow } from './instance.ts';
import { kinds } from '../types.ts';
import type { Candidate, Constraint, Constraints, Quota } from '../types.ts';

type Firms = readonly Candidate[];

/** One row for each rule of the constraints that counts members. `firms` are those of the instance. */
export function quotaRows(firms: Firms, constraints: Constraints): QuotaRow[] {
  const most = constraints.maxPartners;
  const rows: QuotaRow[] = [
    row({ kind: 'MIN_PARTNERS' }, [], { everyone: 1, least: constraints.minPartners }),
    row({ kind: 'MAX_PARTNERS' }, [], { everyone: 1, most }),
  ];
  const { minSmes, minOutsideCapital } = constraints;
  if (minSmes)
    rows.push(
      shareRow(
        { kind: 'MIN_SMES' },
        numbers(firms, (f) => f.isSme),
        minSmes,
      ),
    );
  if (minOutsideCapital)
    rows.push(
      shareRow(
        { kind: 'MIN_OUTSIDE_CAPITAL' },
        numbers(firms, (f) => f.isOutsideCapital),
        minOutsideCapital,
      ),
    );
  for (const { region, least } of constraints.regions ?? [])
    rows.push(
      row(
        { kind: 'REGION', region },
        numbers(firms, (f) => f.region === region),
        { least },
      ),
    );
  for (const { certificate, least } of constraints.certificates ?? [])
    rows.push(
      row(
        { kind: 'CERTIFICATE', certificate },
        numbers(firms, (f) => f.certificates.includes(certificate)),
        { least },
      ),
    );
  return [...rows, ...kindRows(firms, constraints), ...conflictRows(firms, constraints)];
}

/** Which kinds a firm is of, one bit each in the order of `kinds`. */
export function kindBits(candidate: Candidate): number {
  let bits = 0;
  for (const kind of candidate.kinds) bits |= 1 << kinds.indexOf(kind);
  return bits;
}

function kindRows(firms: Firms, constraints: Constraints): QuotaRow[] {
  const rows: QuotaRow[] = [];
  for (const { kind, least, most } of constraints.membersByKind ?? []) {
    const ofKind = numbers(firms, (firm) => firm.kinds.includes(kind));
    if (least > 0) rows.push(row({ kind: 'KIND_LEAST', of: kind }, ofKind, { least }));
    if (most !== null) rows.push(row({ kind: 'KIND_MOST', of: kind }, ofKind, { most }));
  }
  return rows;
}

function conflictRows(firms: Firms, constraints: Constraints): QuotaRow[] {
  const numberOf = new Map(firms.map((firm, index) => [firm.id, index]));
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

function numbers(firms: Firms, test: (firm: Candidate) => boolean): number[] {
  const found: number[] = [];
  for (const [index, firm] of firms.entries()) if (test(firm)) found.push(index);
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

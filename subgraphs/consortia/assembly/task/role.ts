// What a firm may be in a team, by its kinds and the rules.
import { flags, type FirmColumns } from '../alliance/columns.ts';
import type { Candidate, Constraints, Kind } from '../problem.ts';

/** Kinds that may be members without carrying a requirement. */
export function idleKinds(constraints: Constraints): readonly Kind[] {
  if (constraints.idleKinds) return constraints.idleKinds;
  const needsDemand = (constraints.membersByKind ?? []).some(
    (rule) => rule.kind === 'DEMAND' && rule.least > 0,
  );
  return needsDemand ? ['DEMAND'] : [];
}

/** May this firm be the lead of this team? */
export function mayLead(candidate: Candidate, constraints: Constraints): boolean {
  if (constraints.leadId !== null && constraints.leadId !== candidate.id) return false;
  return candidate.mayLead ?? candidate.kinds.some((kind) => constraints.leadKinds.includes(kind));
}

/** May this firm be a member without carrying a requirement, because of what it is? */
export function mayIdle(candidate: Candidate, constraints: Constraints): boolean {
  const idle = idleKinds(constraints);
  return candidate.kinds.some((kind) => idle.includes(kind));
}

/** The same of the firm at a place, asked of thousands. */
export function leadTest(columns: FirmColumns, constraints: Constraints) {
  const isOfKind = kindTest(columns, constraints.leadKinds);
  const { leadId } = constraints;
  return (place: number): boolean => {
    if (leadId !== null && columns.ids[place] !== leadId) return false;
    const bits = columns.flags[place] ?? 0;
    return (bits & flags.saysLead) > 0 ? (bits & flags.mayLead) > 0 : isOfKind(place);
  };
}

/** The same of the firm at a place, asked of thousands. */
export function idleTest(columns: FirmColumns, constraints: Constraints) {
  return kindTest(columns, idleKinds(constraints));
}

function kindTest({ kinds: { code, values } }: FirmColumns, wanted: readonly Kind[]) {
  const isOne = values.map((kinds) => kinds.some((kind) => wanted.includes(kind)));
  return (place: number): boolean => isOne[code[place] ?? -1] === true;
}

/** Does the caller demand this firm, as a member or as the lead? */
export function isDemanded(id: string, constraints: Constraints): boolean {
  return id === constraints.leadId || constraints.mustInclude?.includes(id) === true;
}

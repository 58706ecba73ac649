// What a firm may be in a team, by its kinds and the rules.
import type { Candidate, Constraints, Kind } from '../types.ts';

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

/** Does the caller demand this firm, as a member or as the lead? */
export function isDemanded(id: string, constraints: Constraints): boolean {
  return id === constraints.leadId || constraints.mustInclude?.includes(id) === true;
}

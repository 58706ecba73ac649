// A problem with some of its rules changed to what a team has.
import type { Broken } from './broken.ts';
import type { StatedProblem, Constraints } from '../problem.ts';

/** The problem after these changes, so that a team that broke just these rules fits. */
export function relaxProblem(problem: StatedProblem, changes: readonly Broken[]): StatedProblem {
  return changes.reduce(relaxOne, problem);
}

function relaxOne(problem: StatedProblem, change: Broken): StatedProblem {
  const { constraint, to } = change;
  if (constraint.kind === 'REQUIREMENT') {
    const requirements = problem.requirements.map((one) =>
      one.id === constraint.requirementId ? { ...one, must: to } : one,
    );
    return { ...problem, requirements };
  }
  const changed = { ...problem.constraints, ...constraintChange(problem.constraints, change) };
  return { ...problem, constraints: changed };
}

function constraintChange(constraints: Constraints, change: Broken): Partial<Constraints> {
  return sizeChange(change) ?? memberChange(constraints, change) ?? listChange(constraints, change);
}

function sizeChange({ constraint: { kind }, to }: Broken): Partial<Constraints> | null {
  if (kind === 'MIN_PARTNERS') return { minPartners: to };
  if (kind === 'MAX_PARTNERS') return { maxPartners: to };
  if (kind === 'MIN_SMES') return { minSmes: { count: to } };
  if (kind === 'MIN_OUTSIDE_CAPITAL') return { minOutsideCapital: { count: to } };
  if (kind === 'MIN_KINDS') return { minKinds: to };
  return kind === 'BUDGET' ? { budgetWon: to } : null;
}

function memberChange(
  constraints: Constraints,
  { constraint }: Broken,
): Partial<Constraints> | null {
  // Another lead than the one named; where nobody may lead there is no way out.
  if (constraint.kind === 'LEAD') return { leadId: null };
  if (constraint.kind === 'MUST_INCLUDE') {
    const { candidateId } = constraint;
    return { mustInclude: constraints.mustInclude?.filter((id) => id !== candidateId) ?? [] };
  }
  if (constraint.kind !== 'CONFLICT') return null;
  const [a, b] = constraint.candidateIds;
  const isThis = (pair: readonly string[]) => pair.includes(a) && pair.includes(b);
  return { conflicts: constraints.conflicts?.filter((pair) => !isThis(pair)) ?? [] };
}

function listChange(constraints: Constraints, { constraint, to }: Broken): Partial<Constraints> {
  const { regions = [], certificates = [], membersByKind = [] } = constraints;
  if (constraint.kind === 'REGION') {
    const { region } = constraint;
    return { regions: regions.map((one) => (one.region === region ? { region, least: to } : one)) };
  }
  if (constraint.kind === 'CERTIFICATE') {
    const { certificate } = constraint;
    const change = { certificate, least: to };
    return {
      certificates: certificates.map((one) => (one.certificate === certificate ? change : one)),
    };
  }
  if (constraint.kind !== 'KIND_LEAST' && constraint.kind !== 'KIND_MOST') return {};
  const side = constraint.kind === 'KIND_LEAST' ? { least: to } : { most: to };
  return {
    membersByKind: membersByKind.map((one) =>
      one.kind === constraint.of ? { ...one, ...side } : one,
    ),
  };
}

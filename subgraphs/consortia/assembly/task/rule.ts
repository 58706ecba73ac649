// The rules of an instance that a person can relax, and what one unit of breaking each counts.
import { at } from './dense.ts';
import type { Instance } from './instance.ts';
import type { Constraint } from '../problem.ts';

/** One name for one rule, the same in every run. */
export function ruleKey(constraint: Constraint): string {
  const { kind, ...rest } = constraint;
  // The reason why a firm cannot join is not part of the rule's name.
  const names = Object.entries(rest).filter(([name]) => name !== 'blockedBy');
  if (kind === 'LEAD') return kind;
  return [kind, ...names.flatMap(([, value]) => value)].join(':');
}

/** The rule that there is one lead. */
export function leadRule(instance: Instance): Constraint {
  const { lead } = instance;
  return { kind: 'LEAD', candidateId: lead?.id ?? null, blockedBy: lead?.blockedBy ?? null };
}

/** Every rule of the instance that could be part of a conflict. */
export function rulesOf(instance: Instance): Constraint[] {
  const rules: Constraint[] = [];
  for (const [index, requirementId] of instance.requirementIds.entries())
    if (at(instance.must, index) > 0) rules.push({ kind: 'REQUIREMENT', requirementId });
  rules.push(leadRule(instance));
  for (const row of instance.quotas) if (row.constraint) rules.push(row.constraint);
  if (instance.minKinds > 0) rules.push({ kind: 'MIN_KINDS' });
  if (instance.budgetWon !== null) rules.push({ kind: 'BUDGET' });
  for (const { id, blockedBy } of instance.demanded)
    rules.push({ kind: 'MUST_INCLUDE', candidateId: id, blockedBy });
  return rules;
}

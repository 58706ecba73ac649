// By how much a team breaks each rule of an instance, counted on the team itself.
import { add, at } from '../task/dense.ts';
import type { Instance, Team } from '../task/instance.ts';
import { leadRule } from '../task/rule.ts';
import { kindsIn, rowValue, teamCost } from '../search/score.ts';
import type { Constraint } from '../problem.ts';

/** A rule that a team breaks: what it demands and what the team has. */
export type Broken = {
  readonly constraint: Constraint;
  readonly from: number;
  readonly to: number;
};

/** All rules that a team breaks. */
export function brokenRules(instance: Instance, team: Team): Broken[] {
  return [
    ...brokenNeeds(instance, team),
    ...brokenLead(instance, team),
    ...brokenQuotas(instance, team),
    ...brokenKinds(instance, team),
    ...brokenBudget(instance, team),
    ...brokenDemands(instance, team),
  ];
}

function brokenNeeds(instance: Instance, team: Team): Broken[] {
  const count = new Int32Array(instance.must.length);
  for (const pair of team.pairs) add(count, at(instance.requirement, pair), 1);
  return instance.requirementIds.flatMap((requirementId, index) => {
    const from = at(instance.must, index);
    const to = at(count, index);
    return to < from ? [{ constraint: { kind: 'REQUIREMENT', requirementId }, from, to }] : [];
  });
}

function brokenLead(instance: Instance, team: Team): Broken[] {
  const isLed = team.firms.includes(team.lead) && instance.mayLead[team.lead] === 1;
  return isLed ? [] : [{ constraint: leadRule(instance), from: 1, to: 0 }];
}

function brokenQuotas(instance: Instance, team: Team): Broken[] {
  const members = new Set(team.firms);
  return instance.quotas.flatMap((row) => {
    const { constraint } = row;
    if (constraint === null) return [];
    // A share is told as the count that it comes to in this team.
    const isShare = row.everyone < 0;
    const counted = { ...row, everyone: isShare ? 0 : row.everyone };
    const to = rowValue(counted, members);
    const share = Math.ceil(-row.everyone * members.size - 1e-9);
    const least = isShare ? share : row.least;
    if (to < least) return [{ constraint, from: least, to }];
    return to > row.most ? [{ constraint, from: row.most, to }] : [];
  });
}

function brokenKinds(instance: Instance, team: Team): Broken[] {
  const to = kindsIn(team.firms.reduce((bits, firm) => bits | at(instance.kindBits, firm), 0));
  const from = instance.minKinds;
  return to < from ? [{ constraint: { kind: 'MIN_KINDS' }, from, to }] : [];
}

function brokenBudget(instance: Instance, team: Team): Broken[] {
  const from = instance.budgetWon ?? Number.POSITIVE_INFINITY;
  const to = teamCost(instance, team);
  return to > from ? [{ constraint: { kind: 'BUDGET' }, from, to }] : [];
}

function brokenDemands(instance: Instance, team: Team): Broken[] {
  return instance.demanded
    .filter(({ firm }) => !team.firms.includes(firm))
    .map(({ id, blockedBy }) => ({
      constraint: { kind: 'MUST_INCLUDE', candidateId: id, blockedBy },
      from: 1,
      to: 0,
    }));
}

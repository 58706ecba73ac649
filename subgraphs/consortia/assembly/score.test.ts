import { evaluate, type NamedTeam } from './evaluate.ts';
import type { Instance, Team } from './instance.ts';
import { pairsOf } from './model.ts';
import { prepare } from './prepare.ts';
import { score } from './score.ts';
import { bestTeamTask } from './task.ts';
import { allTeams, tinyProblem } from './tiny-problem.ts';

function teamOf(instance: Instance, named: NamedTeam): Team | null {
  const firms = named.members.map(({ candidateId }) => instance.ids.indexOf(candidateId));
  if (firms.includes(-1)) return null;
  const pairs = named.members.flatMap(({ requirementIds }, index) =>
    pairsOf(instance, firms[index] ?? 0).filter((pair) =>
      requirementIds.includes(instance.requirementIds[instance.requirement[pair] ?? 0] ?? ''),
    ),
  );
  return { firms, pairs, lead: instance.ids.indexOf(named.leadId) };
}

describe('score', () => {
  it('agrees with the independent check on every team of small problems', () => {
    const differences: string[] = [];
    let fit = 0;
    let unfit = 0;
    for (let seed = 1; seed <= 120; seed++) {
      const problem = tinyProblem(seed, 5);
      const instance = prepare(problem);
      const task = bestTeamTask(instance);
      for (const named of allTeams(problem)) {
        const team = teamOf(instance, named);
        const checked = evaluate(problem, named, instance.costReferenceWon);
        if (!team) {
          if (checked.breaches.length === 0) differences.push(`seed ${seed}: a firm was lost`);
          continue;
        }
        const { broken, points } = score(task, team);
        const isFit = checked.breaches.length === 0 && !instance.demanded.some((d) => d.firm < 0);
        if (isFit) fit++;
        else unfit++;
        const isSame = isFit === (broken === 0 && !instance.demanded.some((d) => d.firm < 0));
        if (!isSame || Math.abs(points - checked.points) > 1e-6)
          differences.push(`seed ${seed}: ${JSON.stringify(named)} ${broken} ${points}`);
      }
    }
    expect(differences).toEqual([]);
    expect(fit).toBeGreaterThan(200);
    expect(unfit).toBeGreaterThan(200);
  });
});

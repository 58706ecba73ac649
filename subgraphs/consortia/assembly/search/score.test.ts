import { jest } from '@jest/globals';
import { evaluate } from '../evaluate.ts';
import { prepare } from '../task/prepare.ts';
import { score } from './score.ts';
import { bestTeamTask } from '../task/task.ts';
import { allTeams, teamOf, tinyProblem } from '../tiny-problem.ts';

// Trying every team takes a while on a busy machine.
jest.setTimeout(300_000);

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

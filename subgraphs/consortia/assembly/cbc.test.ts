import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decideExistence } from './existence/existence.ts';
import { loadSolver } from './search/highs.ts';
import { buildModel } from './search/model.ts';
import { prepare } from './task/prepare.ts';
import type { Programme } from './search/programme.ts';
import { makeAlliance, makeProject } from './sample-alliance.ts';
import { beginJob, settingsOf, solve } from './solve.ts';
import { bestTeamTask } from './task/task.ts';
import { tinyProblem } from './tiny-problem.ts';
import type { AssemblyProblem } from './problem.ts';

/** Debian's `coinor-cbc`: another solver, by other people, on the same model. */
function hasCbc(): boolean {
  try {
    execFileSync('cbc', ['-quit'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const number = (value: number) => value.toPrecision(17);

/** Whether a row is an equation, an upper or a lower limit, the limit itself, and the width of a range. */
function rowLines(low: number, high: number, row: number) {
  const isAtMost = low === Number.NEGATIVE_INFINITY;
  const isRange = !isAtMost && high !== Number.POSITIVE_INFINITY && low < high;
  const kind = isAtMost ? 'L' : 'G';
  return {
    kind: ` ${low === high ? 'E' : kind} r${row}`,
    side: ` rhs r${row} ${number(isAtMost ? high : low)}`,
    range: isRange ? [` rng r${row} ${number(high - low)}`] : [],
  };
}

/** Each column with its cost and its rows; whole columns between two markers. */
function columnLines({ costs, whole, least, starts, indices, values }: Programme): string[] {
  const lines = costs.map((cost, column) => [` c${column} cost ${number(cost)}`]);
  for (const row of least.keys())
    for (let place = starts[row] ?? 0; place < (starts[row + 1] ?? 0); place++) {
      const column = indices[place] ?? 0;
      lines[column]?.push(` c${column} r${row} ${number(values[place] ?? 0)}`);
    }
  return lines.flatMap((entries, column) =>
    whole[column] === 1
      ? [` m${column} 'MARKER' 'INTORG'`, ...entries, ` m${column} 'MARKER' 'INTEND'`]
      : entries,
  );
}

/** The programme in free MPS format, without its constant (solvers differ about its sign). */
function mps(programme: Programme): string {
  const { least, most, lower, upper } = programme;
  const rows = least.map((low, row) => rowLines(low, most[row] ?? 0, row));
  const bounds = lower.flatMap((low, column) => [
    ` LO bnd c${column} ${number(low)}`,
    ` UP bnd c${column} ${number(upper[column] ?? 0)}`,
  ]);
  const sections: [string, string[]][] = [
    ['NAME team', []],
    ['ROWS', [' N cost', ...rows.map(({ kind }) => kind)]],
    ['COLUMNS', columnLines(programme)],
    ['RHS', rows.map(({ side }) => side)],
    ['RANGES', rows.flatMap(({ range }) => range)],
    ['BOUNDS', bounds],
    ['ENDATA', ['']],
  ];
  return sections.flatMap(([name, lines]) => [name, ...lines]).join('\n');
}

/** The optimum by cbc over the full model; infinite where it finds none. */
function byCbc(problem: AssemblyProblem, folder: string): number {
  const instance = prepare(problem);
  const all = Array.from({ length: instance.firms }, (_, firm) => firm);
  const { programme } = buildModel(bestTeamTask(instance), all);
  const model = join(folder, 'model.mps');
  const answer = join(folder, 'answer.txt');
  writeFileSync(model, mps(programme));
  const limits = ['-sec', '300', '-ratioGap', '0', '-allowableGap', '0'];
  execFileSync('cbc', [model, ...limits, '-solve', '-solution', answer], { stdio: 'ignore' });
  const [first = ''] = readFileSync(answer, 'utf8').split('\n');
  const value = /^Optimal - objective value\s+(\S+)/.exec(first)?.[1];
  return value === undefined ? Number.POSITIVE_INFINITY : Number(value) + programme.constant;
}

const isHere = hasCbc();
if (!isHere)
  process.stdout.write('Comparison with cbc skipped: no cbc on the PATH (coinor-cbc).\n');
const withCbc = isHere ? describe : describe.skip;

withCbc('cbc', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assembly-cbc-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    [1000, 50, 10, 1],
    [1000, 50, 20, 2],
    [1000, 300, 10, 3],
    [3000, 300, 20, 1],
  ])(
    'finds the same optimum over %i firms, %i technologies, %i requirements, seed %i',
    async (firms, technologies, requirements, seed) => {
      const alliance = makeAlliance({ firms, technologies, seed });
      const problem = makeProject(alliance, { requirements, seed });
      const settings = settingsOf({
        alternatives: 0,
        timeLimitMillis: 120_000,
        gap: 1e-7,
        explain: false,
      });
      const result = solve(await loadSolver(), problem, settings);
      expect(result.proposals[0]?.points).toBeCloseTo(byCbc(problem, folder), 3);
    },
    300_000,
  );

  it('agrees on what is possible on tiny problems', async () => {
    const solver = await loadSolver();
    const settings = settingsOf({
      alternatives: 0,
      timeLimitMillis: 250_000,
      gap: 0,
      explain: false,
    });
    const differences: number[] = [];
    for (let seed = 1; seed <= 30; seed++) {
      const problem = tinyProblem(seed);
      const instance = prepare(problem);
      if (instance.firms === 0 || instance.demanded.some(({ firm }) => firm < 0)) continue;
      if (instance.lead !== null && instance.lead.firm < 0) continue;
      const found =
        solve(solver, problem, settings).proposals[0]?.points ?? Number.POSITIVE_INFINITY;
      const other = byCbc(problem, folder);
      if (found !== other && Math.abs(found - other) > 1e-4) differences.push(seed);
    }
    expect(differences).toEqual([]);
  });

  it('agrees on whether a team exists where classes of firms decide', async () => {
    const solver = await loadSolver();
    const settings = settingsOf({ alternatives: 0, timeLimitMillis: 250_000, gap: 0 });
    const stated = makeProject(makeAlliance({ firms: 1000, technologies: 50, seed: 4 }), {
      requirements: 10,
      seed: 4,
    });
    const sized = [2, 3, 4, 5, 6].map((maxPartners) => ({
      ...stated,
      constraints: { ...stated.constraints, minPartners: 1, maxPartners, budgetWon: null },
    }));
    const answers = sized.map((problem) => {
      const { instance, run } = beginJob(solver, problem, settings, () => {});
      const { outcome } = decideExistence(run, bestTeamTask(instance), 1, 0);
      return [outcome, byCbc(problem, folder) < Number.POSITIVE_INFINITY ? 'TEAM' : 'NONE'];
    });
    for (const [own, other] of answers) expect(own).toBe(other);
    expect(new Set(answers.flat())).toEqual(new Set(['TEAM', 'NONE']));
  }, 300_000);
});

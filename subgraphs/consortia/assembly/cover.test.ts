import { jest } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { solveCover } from './assembly.ts';
import { solveCoverHere, type CoverProblem } from './cover.ts';
import { loadSolver } from './search/highs.ts';

// Trying every team takes a while on a busy machine.
jest.setTimeout(300_000);

const solver = await loadSolver();
const settings = { timeLimitMillis: 250_000, gap: 0, seed: 0 };

// Instances of OR-Library (J. E. Beasley) with their known optima; they lie beside the repository, if at all.
const folder = fileURLToPath(new URL('../../../../shared/data/orlib/', import.meta.url));
const optima = { scp41: 429, scp48: 492, scp51: 253, scp61: 138, scp65: 161, scpa4: 234 };

/** Reads `m n`, n costs, then for each row a count and as many columns, numbered from 1. */
function readInstance(text: string): CoverProblem {
  const numbers = text.trim().split(/\s+/).map(Number);
  const [rows = 0, count = 0] = numbers;
  const columns = numbers.slice(2, 2 + count).map((cost) => ({ cost, rows: [] as number[] }));
  let place = 2 + count;
  for (let row = 0; row < rows; row++) {
    const length = numbers[place++] ?? 0;
    for (const column of numbers.slice(place, place + length)) columns[column - 1]?.rows.push(row);
    place += length;
  }
  return { rows, columns };
}

function cheapestByTrial({ rows, columns }: CoverProblem): number {
  let best = Number.POSITIVE_INFINITY;
  for (let bits = 0; bits < 1 << columns.length; bits++) {
    const chosen = columns.filter((_, index) => (bits >> index) & 1);
    const covered = new Set(chosen.flatMap((column) => column.rows));
    if (covered.size === rows)
      best = Math.min(
        best,
        chosen.reduce((sum, one) => sum + one.cost, 0),
      );
  }
  return best;
}

async function expectOptimum(name: string, optimum: number): Promise<void> {
  const problem = readInstance(readFileSync(`${folder}${name}.txt`, 'utf8'));
  const result = await solveCover(problem, settings);
  expect(result).toMatchObject({ status: 'OPTIMAL', cost: optimum, bound: optimum });
}

describe('solveCover', () => {
  const isHere = existsSync(folder);
  if (!isHere)
    process.stdout.write('OR-Library instances skipped: no ../shared/data/orlib here.\n');
  const withInstances = isHere ? it : it.skip;
  withInstances.each(Object.entries(optima))('proves the known optimum of %s, %i', expectOptimum);

  it('finds the cheapest cover of any small problem', () => {
    const column = fc.record({
      cost: fc.integer({ min: 0, max: 2 ** 33 }),
      rows: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(column, { minLength: 1, maxLength: 8 }), (columns) => {
        const problem = { rows: 5, columns };
        const found = solveCoverHere(solver, problem, settings);
        const expected = cheapestByTrial(problem);
        expect(found.cost).toBe(expected);
        expect(found.status).toBe(expected === Number.POSITIVE_INFINITY ? 'INFEASIBLE' : 'OPTIMAL');
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it('names the rows that no column covers', () => {
    const columns = [{ cost: 1, rows: [0, 2] }];
    expect(solveCoverHere(solver, { rows: 4, columns }, settings).uncoverable).toEqual([1, 3]);
  });
});

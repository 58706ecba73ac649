import { jest } from '@jest/globals';
import { solveAssembly } from './assembly.ts';
import { AssemblyFailure } from './failure.ts';
import { makeAlliance, makeProject } from './sample-alliance.ts';
import { tinyProblem } from './tiny-problem.ts';
import type { AssemblyProblem, Progress } from './problem.ts';

// Workers start slowly on a busy machine.
jest.setTimeout(300_000);

const options = { alternatives: 0, timeLimitMillis: 250_000, gap: 1e-4, explain: false };
const alliance = makeAlliance({ firms: 600, technologies: 50, seed: 1 });
const project = makeProject(alliance, { requirements: 10, seed: 1 });

async function failureOf(job: Promise<unknown>): Promise<AssemblyFailure> {
  const error = await job.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof AssemblyFailure) return error;
  throw new Error('The job did not fail.');
}

describe('solveAssembly', () => {
  it('gives the same answer for the same problem in any order', async () => {
    const shuffled: AssemblyProblem = {
      ...project,
      candidates: project.candidates.toReversed(),
      capabilities: project.capabilities.toReversed(),
      history: project.history.toReversed(),
    };
    const [first, second] = await Promise.all([
      solveAssembly(project, options),
      solveAssembly(shuffled, options),
    ]);
    expect(second.proposals).toEqual(first.proposals);
    expect(second.statistics.instanceHash).toBe(first.statistics.instanceHash);
    expect(second.statistics.nodes).toBe(first.statistics.nodes);
    expect(first.status).toBe('OPTIMAL');
  });

  it('tells of progress while it runs', async () => {
    const heard: Progress[] = [];
    const result = await solveAssembly(project, {
      ...options,
      onProgress: (progress) => heard.push(progress),
    });
    expect(heard.map(({ phase }) => phase)).toEqual(
      expect.arrayContaining(['DRAFT', 'PRICING', 'SEARCH']),
    );
    expect(heard.at(-1)?.points).toBeCloseTo(result.proposals[0]?.points ?? 0, 6);
    expect(heard.at(-1)?.memberIds).toHaveLength(result.proposals[0]?.members.length ?? 0);
  });

  it('ends when the caller cancels, before and during the search', async () => {
    const before = AbortSignal.abort();
    expect((await solveAssembly(project, { ...options, signal: before })).status).toBe('CANCELLED');
    const during = new AbortController();
    const result = await solveAssembly(project, {
      ...options,
      signal: during.signal,
      onProgress: () => during.abort(),
    });
    expect(result.status).toBe('CANCELLED');
    expect(result.statistics.stoppedBy).toBe('CANCEL');
  });

  it('reports all faults of a problem at once, each with its path', async () => {
    const problem = tinyProblem(1);
    const [first] = problem.requirements;
    const failure = await failureOf(
      solveAssembly(
        {
          ...problem,
          candidates: [...problem.candidates, ...problem.candidates.slice(0, 1)],
          requirements: first ? [{ ...first, leastLevel: 10 }] : [],
          weights: { coverage: 500, track: 0, cost: 0, size: 0, cohesion: 0 },
        },
        options,
      ),
    );
    expect(failure.code).toBe('INPUT');
    expect(failure.faults.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([
      `DUPLICATE candidates.${problem.candidates.length}.id`,
      'INVALID requirements.0.leastLevel',
      'INVALID weights',
    ]);
  });

  it('refuses 300 requirements by its documented limit', async () => {
    const [first] = project.requirements;
    const requirements = Array.from({ length: 300 }, (_, index) => ({
      ...(first ?? tinyProblem(1).requirements[0]),
      id: `req-${index}`,
    })) as AssemblyProblem['requirements'];
    const failure = await failureOf(solveAssembly({ ...project, requirements }, options));
    expect(failure.faults).toEqual([
      {
        code: 'LIMIT_REACHED',
        path: ['requirements'],
        message: 'At most 100 requirements; found 300.',
      },
    ]);
  });
});

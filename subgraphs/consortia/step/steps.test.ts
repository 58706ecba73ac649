import { readFile } from 'node:fs/promises';

import { consortiumSteps, membershipSteps } from '../consortium/state.ts';
import { publicStatuses } from '../project/audience.ts';
import { projectSteps } from '../project/state.ts';
import { drawSteps, stateAfter, type Steps } from './steps.ts';

/** States that can be reached from a first one by any steps. */
function reachable(steps: Steps<string, string>, first: string): string[] {
  const found = new Set([first]);
  for (const state of found)
    for (const moves of Object.values(steps)) {
      const next = moves[state];
      if (next !== undefined) found.add(next);
    }
  return [...found].toSorted();
}

describe('stateAfter', () => {
  it('goes where the table says and refuses everything else with the states it is possible in', () => {
    expect(stateAfter(projectSteps, 'FORMING', 'seal', [])).toBe('SEALED');
    expect(() => stateAfter(projectSteps, 'SEALED', 'seal', ['id'])).toThrow(
      expect.objectContaining({
        problems: [
          {
            code: 'WRONG_STATE',
            message: 'This is not possible in state SEALED.',
            path: ['id'],
            rule: 'STATE',
            limit: 'FORMING',
            found: 'SEALED',
          },
        ],
      }),
    );
  });
});

describe('the tables', () => {
  it('reach every state of a project, and none of the public ones without a seal', () => {
    expect(reachable(projectSteps, 'DRAFT')).toEqual([
      'AWARDED',
      'COMPLETED',
      'DRAFT',
      'FORMING',
      'REJECTED',
      'RUNNING',
      'SEALED',
      'SUBMITTED',
      'TERMINATED',
      'WITHDRAWN',
    ]);
    const unsealed = { ...projectSteps, seal: {} };
    expect(
      reachable(unsealed, 'DRAFT').filter((state) =>
        (publicStatuses as readonly string[]).includes(state),
      ),
    ).toEqual([]);
  });

  it('let no step out of an end', () => {
    const ends = ['REJECTED', 'COMPLETED', 'TERMINATED', 'WITHDRAWN'];
    for (const end of ends) expect(reachable(projectSteps, end)).toEqual([end]);
    expect(reachable(membershipSteps, 'DECLINED')).toEqual(['DECLINED']);
    expect(reachable(membershipSteps, 'WITHDRAWN')).toEqual(['WITHDRAWN']);
    expect(reachable(consortiumSteps, 'DISSOLVED')).toEqual(['DISSOLVED']);
  });
});

describe('the README', () => {
  it('draws the machines as their tables are', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const drawn = [...readme.matchAll(/```mermaid\n(.*?)\n```/gsu)].map(([, drawing]) => drawing);
    expect(drawn).toEqual([
      drawSteps(projectSteps, 'DRAFT'),
      drawSteps(consortiumSteps, 'FORMING'),
      drawSteps(membershipSteps, 'INVITED'),
    ]);
  });
});

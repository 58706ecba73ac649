import { readFile } from 'node:fs/promises';

import { drawSteps, reachable } from '#kit/steps.ts';
import { agreementSteps } from '../agreement/state.ts';
import { planChangeSteps } from '../change/state.ts';
import { consortiumSteps, membershipSteps } from '../consortium/state.ts';
import { recoverySteps } from '../delivery/state.ts';
import { milestoneSteps } from '../milestone/state.ts';
import { outcomeSteps } from '../outcome/state.ts';
import { reportSteps, visitSteps } from '../progress/state.ts';
import { callSteps } from '../call/state.ts';
import { appealSteps, reviewSteps } from '../review/state.ts';
import { searchSteps } from '../proposal/state.ts';
import { publicStatuses } from './audience.ts';
import { projectSteps } from './state.ts';

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
    const ends = ['COMPLETED', 'TERMINATED', 'WITHDRAWN'];
    for (const end of ends) expect(reachable(projectSteps, end)).toEqual([end]);
    expect(reachable(membershipSteps, 'DECLINED')).toEqual(['DECLINED']);
    expect(reachable(membershipSteps, 'WITHDRAWN')).toEqual(['WITHDRAWN']);
    expect(reachable(consortiumSteps, 'DISSOLVED')).toEqual(['DISSOLVED']);
    for (const end of ['VOID', 'ENDED']) expect(reachable(agreementSteps, end)).toEqual([end]);
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
      drawSteps(agreementSteps, 'OPEN'),
      drawSteps(callSteps, 'SCHEDULED'),
      drawSteps(reviewSteps, 'ASSIGNED'),
      drawSteps(appealSteps, 'FILED'),
      drawSteps(milestoneSteps, 'PLANNED'),
      drawSteps(planChangeSteps, 'PROPOSED'),
      drawSteps(reportSteps, 'SUBMITTED'),
      drawSteps(visitSteps, 'PLANNED'),
      drawSteps(outcomeSteps, 'DRAFT'),
      drawSteps(recoverySteps, 'DEMANDED'),
      drawSteps(searchSteps, 'RUNNING'),
    ]);
  });
});

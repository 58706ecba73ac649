import { readFile } from 'node:fs/promises';

import { drawSteps, reachable } from '#kit/steps.ts';
import { caseSteps } from './state.ts';

it('reaches every state, and no decision without a hearing', () => {
  expect(reachable(caseSteps, 'RECEIVED')).toEqual([
    'APPEALED',
    'ASSESSED',
    'CLOSED',
    'DECIDED',
    'HEARING',
    'INVESTIGATING',
    'OVERTURNED',
    'RECEIVED',
    'UPHELD',
  ]);
  expect(reachable({ ...caseSteps, hear: {} }, 'RECEIVED')).not.toContain('DECIDED');
  expect(reachable(caseSteps, 'CLOSED')).toEqual(['CLOSED']);
});

it('is drawn in the README as its table is', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const drawn = [...readme.matchAll(/```mermaid\n(.*?)\n```/gsu)].map(([, drawing]) => drawing);
  expect(drawn).toEqual([drawSteps(caseSteps, 'RECEIVED')]);
});

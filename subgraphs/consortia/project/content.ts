/** What a project says of itself: how it is read and checked. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import { sectorForm } from '../programme/rules.ts';
import { nameLength, readText, searchGrams, summaryLength, type GivenText } from '../wording.ts';
import type { ProjectRecord, StageBudget } from './project.model.ts';

/** A project's content as a client gives it. */
export interface GivenContent {
  title: GivenText;
  summary: GivenText;
  sector: string;
  /** Won. */
  budget?: number | null | undefined;
  stages: StageBudget[];
}

/** A project's content as it is kept. */
export type Content = Pick<
  ProjectRecord,
  'title' | 'summary' | 'sector' | 'budget' | 'stages' | 'grams'
>;

/** A project's content as it is kept; every fault is added to `faults`. */
export function readContent(given: GivenContent, faults: Problem[]): Content {
  const title = readText(given.title, nameLength, ['title'], faults);
  const summary = readText(given.summary, summaryLength, ['summary'], faults);
  if (!sectorForm.test(given.sector))
    faults.push(problem('INVALID', 'This is no sector code.', ['sector']));
  const total = given.stages.reduce((sum, { amount }) => sum + amount, 0);
  const budget = given.budget ?? (given.stages.length > 0 ? total : null);
  if (given.stages.length > 0 && budget !== total)
    faults.push(
      problem('INVALID', 'The stages sum to the budget.', ['stages'], {
        rule: 'STAGES_SUM',
        limit: String(budget),
        found: String(total),
      }),
    );
  given.stages.forEach(({ stage }, index) => {
    if (given.stages.findIndex((each) => each.stage === stage) < index)
      faults.push(
        problem('INVALID', 'Each stage is named once.', ['stages', String(index), 'stage']),
      );
  });
  const grams = searchGrams(title, summary);
  return { title, summary, sector: given.sector, budget, stages: given.stages, grams };
}

/** What a project says of itself: how it is read and checked. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import { codeForm, sectorForm } from '../programme/soundness.ts';
import {
  nameLength,
  readText,
  searchGrams,
  summaryLength,
  type GivenText,
} from '../form/wording.ts';
import type { ProjectRecord, StageBudget } from './project.model.ts';

/** A project's content as a client gives it. */
export interface GivenContent {
  title: GivenText;
  summary: GivenText;
  sector: string;
  /** Won. */
  budget?: number | null | undefined;
  stages: StageBudget[];
  /** Won. */
  matching: number;
  bonuses: string[];
  sites: readonly { name: GivenText; region: string }[];
  demandCompanyIds: string[];
}

const listLimit = 100;

/** A project's content as it is kept. */
export type Content = Pick<
  ProjectRecord,
  | 'title'
  | 'summary'
  | 'sector'
  | 'budget'
  | 'stages'
  | 'matching'
  | 'bonuses'
  | 'sites'
  | 'demandCompanyIds'
  | 'grams'
>;

/** A project's content as it is kept; every fault is added to `faults`. */
export function readContent(given: GivenContent, faults: Problem[]): Content {
  const title = readText(given.title, nameLength, ['title'], faults);
  const summary = readText(given.summary, summaryLength, ['summary'], faults);
  if (!sectorForm.test(given.sector))
    faults.push(
      problem('INVALID', 'This is no sector code.', ['sector'], {
        rule: 'SECTOR_FORM',
        limit: sectorForm.source,
        found: given.sector.slice(0, 60),
      }),
    );
  const budget = readBudget(given, faults);
  const sites = given.sites.map(({ name, region }, index) => ({
    name: readText(name, nameLength, ['sites', String(index), 'name'], faults),
    region,
  }));
  for (const list of ['stages', 'sites', 'demandCompanyIds', 'bonuses'] as const)
    if (given[list].length > listLimit)
      faults.push(
        problem('INVALID', `There are up to ${listLimit}.`, [list], {
          rule: 'LIST_MOST',
          limit: String(listLimit),
          found: String(given[list].length),
        }),
      );
  faults.push(...repeats('demandCompanyIds', given.demandCompanyIds));
  faults.push(...repeats('bonuses', given.bonuses), ...codeFaults('bonuses', given.bonuses));
  const { sector, stages, matching, bonuses, demandCompanyIds } = given;
  const rest = { sector, stages, matching, bonuses, demandCompanyIds };
  return { ...rest, title, summary, budget, sites, grams: searchGrams(title, summary) };
}

/** The budget, which the stages sum to where there are any. */
function readBudget({ budget: given, stages }: GivenContent, faults: Problem[]): number | null {
  const total = stages.reduce((sum, { amount }) => sum + amount, 0);
  const budget = given ?? (stages.length > 0 ? total : null);
  if (!Number.isSafeInteger(total))
    faults.push(
      problem('INVALID', 'The stages sum to more than can be counted.', ['stages'], {
        rule: 'COUNTABLE',
        limit: String(Number.MAX_SAFE_INTEGER),
        found: String(total),
      }),
    );
  if (stages.length > 0 && budget !== total)
    faults.push(
      problem('INVALID', 'The stages sum to the budget.', ['stages'], {
        rule: 'STAGES_SUM',
        limit: String(budget),
        found: String(total),
      }),
    );
  const names = stages.map(({ stage }) => stage);
  faults.push(...repeats('stages', names, 'stage'), ...codeFaults('stages', names, 'stage'));
  return budget;
}

function repeats(list: string, values: readonly string[], field?: string): Problem[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) === index
      ? []
      : [
          problem(
            'INVALID',
            'Each is named once.',
            [list, String(index), ...(field ? [field] : [])],
            { rule: 'NAMED_ONCE', limit: '1', found: '2' },
          ),
        ],
  );
}

function codeFaults(list: string, codes: readonly string[], field?: string): Problem[] {
  return codes.flatMap((code, index) =>
    codeForm.test(code)
      ? []
      : [
          problem(
            'INVALID',
            'A code is 2 to 40 of A-Z, 0-9 and _.',
            [list, String(index), ...(field ? [field] : [])],
            { rule: 'CODE_FORM', limit: codeForm.source, found: code.slice(0, 60) },
          ),
        ],
  );
}

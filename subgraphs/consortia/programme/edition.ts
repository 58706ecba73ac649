/** Rules as clients give them, read into editions. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import type { Text } from '#kit/text.ts';
import type { CompanyKind } from '#schema/facts.ts';
import { nameLength, readText, type GivenText } from '../form/wording.ts';
import type { Criterion, DocumentRule, Rules } from './rules.ts';
import { ruleFaults } from './soundness.ts';

/** A named part of the rules as a client gives it. */
type GivenPart<Part extends { name: Text }> = Omit<Part, 'name'> & { name: GivenText };

/** Rules as a client gives them. */
export type GivenRules = Omit<
  Rules,
  | 'validTo'
  | 'maxMembers'
  | 'membersByKind'
  | 'budgetCap'
  | 'sectorCap'
  | 'stages'
  | 'documents'
  | 'rubric'
  | 'bonuses'
  | 'maxSectorsPerYear'
  | 'maxRunningPerFirm'
  | 'maxAwardShare'
  | 'reportEveryMonths'
> & {
  reportEveryMonths?: number | null | undefined;
  maxRunningPerFirm?: number | null | undefined;
  maxAwardShare?: number | null | undefined;
  validTo?: string | null | undefined;
  maxMembers?: number | null | undefined;
  membersByKind: { kind: CompanyKind; least: number; most?: number | null | undefined }[];
  budgetCap?: number | null | undefined;
  sectorCap?: number | null | undefined;
  stages: { code: string; name: GivenText; budgetCap?: number | null | undefined }[];
  documents: GivenPart<DocumentRule>[];
  rubric: GivenPart<Criterion>[];
  bonuses: {
    code: string;
    name: GivenText;
    points: number;
    onceWithinYears?: number | null | undefined;
  }[];
  maxSectorsPerYear?: number | null | undefined;
};

/** Rules as they are kept; every fault is added to `faults`. */
export function readRules(given: GivenRules, path: string[], faults: Problem[]): Rules {
  const named = <Part extends { code: string; name: GivenText }>(list: string, parts: Part[]) =>
    parts.map((part, index) => ({
      ...part,
      name: readText(part.name, nameLength, [...path, list, String(index), 'name'], faults),
    }));
  const rules: Rules = {
    ...given,
    validTo: given.validTo ?? null,
    maxMembers: given.maxMembers ?? null,
    membersByKind: given.membersByKind.map((limit) => ({ ...limit, most: limit.most ?? null })),
    budgetCap: given.budgetCap ?? null,
    sectorCap: given.sectorCap ?? null,
    stages: named('stages', given.stages).map((stage) => ({
      ...stage,
      budgetCap: stage.budgetCap ?? null,
    })),
    documents: named('documents', given.documents),
    rubric: named('rubric', given.rubric),
    bonuses: named('bonuses', given.bonuses).map((bonus) => ({
      ...bonus,
      onceWithinYears: bonus.onceWithinYears ?? null,
    })),
    maxSectorsPerYear: given.maxSectorsPerYear ?? null,
    maxRunningPerFirm: given.maxRunningPerFirm ?? null,
    maxAwardShare: given.maxAwardShare ?? null,
    reportEveryMonths: given.reportEveryMonths ?? null,
  };
  faults.push(...ruleFaults(rules, path));
  return rules;
}

/** Editions by the day they come into force; periods that overlap are added to `faults`. */
export function orderEditions(
  editions: readonly Rules[],
  path: string[],
  faults: Problem[],
): Rules[] {
  if (editions.length === 0)
    faults.push(
      problem('INVALID', 'A programme has at least one edition of rules.', path, {
        rule: 'EDITIONS_LEAST',
        limit: '1',
        found: '0',
      }),
    );
  const ordered = editions.toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  ordered.forEach((edition, place) => {
    const before = ordered[place - 1];
    if (before && (before.validTo === null || before.validTo >= edition.validFrom))
      faults.push(
        problem(
          'INVALID',
          'The periods of two editions overlap.',
          [...path, String(editions.indexOf(edition)), 'validFrom'],
          {
            rule: 'EDITIONS_APART',
            limit: before.validTo ?? 'open',
            found: edition.validFrom,
          },
        ),
      );
  });
  return ordered;
}

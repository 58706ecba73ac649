/** What a company may say about itself: pure rules, all faults at once. */
import { problem, type Problem } from '#kit/refusal.ts';
import { tidy, tidyText, type Text } from '#kit/text.ts';
import type { CompanyKind, CompanySize } from '#schema/facts.ts';
import { businessNumberOf, hasCheckDigit } from './business-number.ts';
import type { CompanyRecord } from './company.model.ts';

/** What a company says about itself, as it comes in. */
export interface CompanyDraft {
  name: TextDraft;
  businessNumber?: string | null | undefined;
  kinds: CompanyKind[];
  sectors?: string[] | undefined;
  region?: string | null | undefined;
  size: CompanySize;
  website?: string | null | undefined;
  description?: TextDraft | null | undefined;
  capacity?: number | undefined;
  affiliateGroup?: string | null | undefined;
}

/** A text in two languages, as it comes in. */
export interface TextDraft {
  ko?: string | null | undefined;
  en?: string | null | undefined;
}

/** What a company says about itself, as it is kept. */
export type CompanyProfile = Pick<
  CompanyRecord,
  | 'name'
  | 'businessNumber'
  | 'kinds'
  | 'sectors'
  | 'region'
  | 'size'
  | 'website'
  | 'description'
  | 'capacity'
  | 'affiliateGroup'
>;

/** How many requirements a firm carries at once when it does not say; as in the SDL. */
const usualCapacity = 3;

/** The draft as it is kept: tidied, each list once and sorted. */
export function companyProfile(draft: CompanyDraft): CompanyProfile {
  return {
    name: textOf(draft.name),
    businessNumber:
      draft.businessNumber == null
        ? null
        : (businessNumberOf(draft.businessNumber) ?? tidy(draft.businessNumber)),
    kinds: once(draft.kinds),
    sectors: once(draft.sectors ?? []),
    region: draft.region ?? null,
    size: draft.size,
    website: tidy(draft.website ?? '') || null,
    description: textOrNull(draft.description),
    capacity: draft.capacity ?? usualCapacity,
    affiliateGroup: tidy(draft.affiliateGroup ?? '') || null,
  };
}

/**
 * What is wrong with a profile.
 *
 * @param sectors codes that there are
 * @param given sectors as they came in, for the places of those that there are not
 */
export function profileProblems(
  profile: CompanyProfile,
  sectors: ReadonlySet<string>,
  given: readonly string[],
  path: string[] = [],
): Problem[] {
  return [
    ...textProblems(profile.name, 120, [...path, 'name']),
    ...numberProblems(profile.businessNumber, [...path, 'businessNumber']),
    ...(profile.kinds.length > 0
      ? []
      : [problem('INVALID', 'A company does at least one kind of business.', [...path, 'kinds'])]),
    ...sectorProblems(given, sectors, [...path, 'sectors']),
    ...websiteProblems(profile.website, [...path, 'website']),
    ...(profile.description === null
      ? []
      : textProblems(profile.description, 4_000, [...path, 'description'])),
    ...capacityProblems(profile.capacity, [...path, 'capacity']),
    ...groupProblems(profile.affiliateGroup, [...path, 'affiliateGroup']),
  ];
}

/** What is missing for a registration: a firm based in Korea has a business number. */
export function registrationProblems({ region, businessNumber }: CompanyProfile): Problem[] {
  if (businessNumber !== null || !(region === 'KR' || region?.startsWith('KR-'))) return [];
  return [
    problem('INVALID', 'A firm based in Korea has a business number.', ['businessNumber'], {
      rule: 'BUSINESS_NUMBER_NEEDED',
    }),
  ];
}

/** What is wrong with a text of which at least one language must be there. */
export function textProblems({ ko, en }: Text, most: number, path: string[]): Problem[] {
  if (ko === null && en === null)
    return [problem('INVALID', 'Give it in Korean or in English.', path, { rule: 'TEXT_EMPTY' })];
  return [['ko', ko] as const, ['en', en] as const].flatMap(([language, text]) =>
    text === null || text.length <= most
      ? []
      : [
          problem('INVALID', `At most ${most} characters.`, [...path, language], {
            limit: String(most),
            found: String(text.length),
          }),
        ],
  );
}

function numberProblems(number: string | null, path: string[]): Problem[] {
  if (number === null) return [];
  if (!/^\d{10}$/.test(number))
    return [
      problem('INVALID', 'A business number has ten digits.', path, {
        rule: 'BUSINESS_NUMBER_FORM',
      }),
    ];
  if (hasCheckDigit(number)) return [];
  return [
    problem('INVALID', 'The check digit of this business number is wrong.', path, {
      rule: 'BUSINESS_NUMBER_CHECK_DIGIT',
      found: number,
    }),
  ];
}

function sectorProblems(
  codes: readonly string[],
  known: ReadonlySet<string>,
  path: string[],
): Problem[] {
  return codes.flatMap((code, index) =>
    known.has(code)
      ? []
      : [
          problem('NOT_FOUND', 'There is no such sector.', [...path, String(index)], {
            found: code,
          }),
        ],
  );
}

function websiteProblems(website: string | null, path: string[]): Problem[] {
  if (website === null) return [];
  const url = URL.canParse(website) ? new URL(website) : null;
  if (website.length <= 500 && (url?.protocol === 'https:' || url?.protocol === 'http:')) return [];
  return [problem('INVALID', 'A website is an http or https address.', path)];
}

function capacityProblems(capacity: number, path: string[]): Problem[] {
  if (capacity >= 0 && capacity <= 1_000) return [];
  return [problem('INVALID', 'A capacity is 0 to 1,000.', path, { limit: '1000' })];
}

function groupProblems(group: string | null, path: string[]): Problem[] {
  if (group === null || group.length <= 80) return [];
  return [problem('INVALID', 'A group has at most 80 characters.', path, { limit: '80' })];
}

/** A text as it is kept. */
export function textOf({ ko, en }: TextDraft): Text {
  return tidyText({ ko: ko ?? null, en: en ?? null });
}

function textOrNull(draft: TextDraft | null | undefined): Text | null {
  if (draft == null) return null;
  const text = textOf(draft);
  return text.ko === null && text.en === null ? null : text;
}

function once<Value extends string>(values: readonly Value[]): Value[] {
  return [...new Set(values)].sort();
}

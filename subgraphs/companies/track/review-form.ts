/** What a review of a partner must be like: pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import { tidyText, type Text } from '#kit/text.ts';
import type { PartnerRatings } from './partner-review.model.ts';

/** A passage in one language or both. */
export interface GivenText {
  ko?: string | null | undefined;
  en?: string | null | undefined;
}

const longestText = 2_000;
const criteria = ['quality', 'punctuality', 'communication', 'fairness'] as const;

/** A passage as it is kept; null when it says nothing. */
export function reviewText(given: GivenText | null | undefined): Text | null {
  if (given == null) return null;
  const text = tidyText({ ko: given.ko ?? null, en: given.en ?? null });
  return text.ko === null && text.en === null ? null : text;
}

/** What is wrong with ratings. */
export function ratingProblems(ratings: PartnerRatings): Problem[] {
  return criteria
    .filter((each) => !Number.isInteger(ratings[each]) || ratings[each] < 1 || ratings[each] > 5)
    .map((each) =>
      problem('INVALID', 'A rating is 1 to 5.', ['ratings', each], {
        rule: 'RATING',
        limit: '1-5',
        found: String(ratings[each]),
      }),
    );
}

/** What is wrong with a passage. */
export function reviewTextProblems(text: Text | null): Problem[] {
  return (['ko', 'en'] as const)
    .filter((language) => Array.from(text?.[language] ?? '').length > longestText)
    .map((language) =>
      problem('INVALID', 'Each language has at most 2,000 characters.', ['text', language], {
        rule: 'LENGTH',
        limit: String(longestText),
      }),
    );
}

/** The name under which two firms of a project meet, whoever writes. */
export function pairId(projectId: string, one: string, other: string): string {
  return [projectId, ...[one, other].toSorted()].join(' ');
}

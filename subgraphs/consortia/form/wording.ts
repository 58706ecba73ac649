/** What people write: names and passages in two languages, and how long they may be. */
import { problem, type Problem } from '#kit/refusal.ts';
import { grams, searchForm, tidy, tidyText, type Text } from '#kit/text.ts';

/** Text as a client gives it. */
export interface GivenText {
  ko?: string | null | undefined;
  en?: string | null | undefined;
}

/** Characters of a name or title. */
export const nameLength = { least: 2, most: 200 };
/** Characters of a summary. */
export const summaryLength = { least: 0, most: 4_000 };
/** Characters of a reason. */
export const reasonLength = { least: 2, most: 1_000 };

/** Length of the runs that a text search looks up, characters. */
const gramSize = 2;

/** Both languages tidied; what is missing, too short or too long is added to `faults`. */
export function readText(
  given: GivenText,
  { least, most }: { least: number; most: number },
  path: string[],
  faults: Problem[],
): Text {
  const text = tidyText({ ko: given.ko ?? null, en: given.en ?? null });
  const written = Object.entries(text).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  if (least > 0 && written.length === 0)
    faults.push(
      problem('INVALID', 'Give Korean or English.', path, {
        rule: 'LANGUAGES_LEAST',
        limit: '1',
        found: '0',
      }),
    );
  for (const [language, words] of written) {
    const length = Array.from(words).length;
    if (length < least || length > most)
      faults.push(
        problem('INVALID', `This has ${least} to ${most} characters.`, [...path, language], {
          rule: 'TEXT_LENGTH',
          limit: `${least}-${most}`,
          found: String(length),
        }),
      );
  }
  return text;
}

/** A reason tidied; too short or too long is added to `faults`. */
export function readReason(
  given: string | null | undefined,
  { least, most }: { least: number; most: number },
  path: string[],
  faults: Problem[],
): string | null {
  const reason = tidy(given ?? '');
  const length = Array.from(reason).length;
  if (length < least || length > most)
    faults.push(
      problem('INVALID', `A reason has ${least} to ${most} characters.`, path, {
        rule: 'TEXT_LENGTH',
        limit: `${least}-${most}`,
        found: String(length),
      }),
    );
  return reason || null;
}

/** What a text search finds these texts by. */
export function searchGrams(...texts: Text[]): string[] {
  const forms = texts.flatMap(({ ko, en }) => [ko, en]).map((text) => searchForm(text ?? ''));
  return [...new Set(forms.flatMap((form) => grams(form, gramSize)))];
}

/** What to look up for words that were typed: each word's runs must all be there; null when nothing is left to find. */
export function wantedGrams(words: string): string[] | null {
  const wanted = words.split(/\s+/u).flatMap((word) => grams(searchForm(word), gramSize));
  return wanted.length > 0 ? [...new Set(wanted)] : null;
}

/** Whether an entry is what a filter asks for, as the database would say: pure, for the entries that are kept in the process. */
import { facet } from './entry.ts';
import {
  asksForNothing,
  plainWay,
  statusesOf,
  termsOfFilter,
  wordsIn,
  type CompanyFilter,
} from './query.ts';
import { positionsWith, type Drawn, type Sample } from './sample.ts';
import { patternOfWord } from './terms.ts';

/**
 * The entries of a sample that a filter finds; keys in a source are not looked at, only the source.
 *
 * @param today `YYYY-MM-DD` in Asia/Seoul
 */
export function foundIn(sample: Sample, filter: CompanyFilter, today: string): Drawn[] {
  if (asksForNothing(filter)) return [];
  const statuses = statusesOf(filter);
  const patterns = wordsIn(filter).map((word) => new RegExp(patternOfWord(word), 'u'));
  const free = new Set(
    filter.available === false ? sample.places.get(facet('available', 'yes')) : [],
  );
  return positionsWith(sample, plainWay(termsOfFilter(filter)))
    .filter((at) => !free.has(at))
    .flatMap((at) => sample.drawn[at] ?? [])
    .filter(
      (entry) =>
        statuses.includes(entry.status) &&
        patterns.every((pattern) => entry.forms.some((form) => pattern.test(form))) &&
        isAble(entry, filter) &&
        holds(entry, filter, today) &&
        hasDone(entry, filter),
    );
}

function isAble({ technologies }: Drawn, { technologies: wanted }: CompanyFilter): boolean {
  return (wanted ?? []).every(({ technologyId, level = 1 }) =>
    technologies.some((each) => each.technologyId === technologyId && each.level >= level),
  );
}

function holds({ certificates }: Drawn, { certificate }: CompanyFilter, today: string): boolean {
  if (!certificate) return true;
  const { scheme, type, grade } = certificate;
  return certificates.some(
    (each) =>
      each.scheme === scheme &&
      (type == null || each.type === type) &&
      (grade == null || each.grade === grade) &&
      each.validFrom <= today &&
      today <= each.validTo,
  );
}

/** Whether a firm has done what is wanted at least. */
function hasDone({ completed, onTime, rating }: Drawn, { trackRecord }: CompanyFilter): boolean {
  const wanted = trackRecord ?? {};
  return (
    completed >= Math.max(wanted.projects ?? 0, wanted.onTime == null ? 0 : 1) &&
    (wanted.onTime == null || onTime >= wanted.onTime) &&
    (wanted.rating == null || rating >= wanted.rating)
  );
}

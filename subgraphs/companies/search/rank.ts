/** The order of relevance: how well a name answers the words, then what the firm has done. Pure. */
import { patternOfWord } from './terms.ts';

/** What is compared. */
export interface Candidate {
  _id: string;
  sortName: string;
  forms: string[];
  completed: number;
}

/**
 * How well the forms answer the words: for each word 4 for a whole form, 2 for the beginning of one, 1 for any part.
 *
 * @param words in search form
 */
export function scoreOf(forms: readonly string[], words: readonly string[]): number {
  return words.reduce((sum, word) => sum + Math.max(0, ...forms.map((form) => fit(form, word))), 0);
}

/** What the order of relevance goes by. */
export type Ranked = Pick<Candidate, '_id' | 'sortName' | 'completed'> & { score: number };

/** The candidates, the most relevant first; of equals the one with more projects, then by name. */
export function ranked<Each extends Candidate>(
  candidates: readonly Each[],
  words: readonly string[],
): (Each & { score: number })[] {
  return candidates
    .map((each) => ({ ...each, score: scoreOf(each.forms, words) }))
    .sort(compareRanked);
}

/** Below 0 when the first comes first in the order of relevance, which is total. */
export function compareRanked(a: Ranked, b: Ranked): number {
  return (
    b.score - a.score ||
    b.completed - a.completed ||
    compare(a.sortName, b.sortName) ||
    compare(a._id, b._id)
  );
}

function fit(form: string, word: string): number {
  const at = form.search(new RegExp(patternOfWord(word), 'u'));
  if (at < 0) return 0;
  if (at > 0) return 1;
  return form.length === word.length ? 4 : 2;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Pages in the order of relevance, which no index has: the best answers are weighed in memory, the others follow by name. */
import { encodeCursor, findPage, pageSize, type Page, type PageRequest } from '#kit/page.ts';
import type { Context } from '../context.ts';
import type { Asked } from './facets.ts';
import { nameOrder, positionOf } from './position.ts';
import { wordsIn } from './query.ts';
import { compareRanked, ranked, type Candidate, type Ranked } from './rank.ts';
import { patternOfWord } from './terms.ts';

/** A page of what was found; `few` says how many were found in all, where that is known with it. */
export type FoundPage = Page<{ _id: string }> & { few?: number };

type Store = Pick<Context, 'entries'>;

/** Of how many found ones the relevance is weighed. */
const mostRanked = 200;
/** Begins a cursor of those that follow by name; no other cursor holds it. */
const behind = '.';
const byForms = 'forms_1_status_1';
const fields = { sortName: 1, forms: 1, completed: 1 };

/**
 * One page. So many of the found ones are weighed; when there are more, the others come after them, by name.
 *
 * @param index to walk for those that are found
 * @throws {GraphQLError} BAD_USER_INPUT for a cursor that this list did not give
 */
export async function rankedPage(
  store: Store,
  asked: Asked,
  { first, after }: PageRequest,
  index: string | undefined,
): Promise<FoundPage> {
  const size = pageSize(first);
  const { all, isWhole } = await weigh(store, asked, index);
  const place = after == null ? { start: 0, afterName: null } : placeOf(all, after);
  const weighed = all.slice(place.start, place.start + size + 1);
  const edges = weighed.map((node) => ({ cursor: rankCursor(node), node: { _id: node._id } }));
  if (!isWhole && weighed.length <= size) {
    const others = { $and: [asked.query, { _id: { $nin: all.map(({ _id }) => _id) } }] };
    const request = { first: Math.max(1, size - weighed.length), after: place.afterName };
    const rest = await findPage(store.entries, others, nameOrder, request, index);
    edges.push(...rest.edges.map(({ cursor, node }) => ({ cursor: `${behind}${cursor}`, node })));
    return pageOf(edges, size, rest.pageInfo.hasNextPage, after != null);
  }
  const page = pageOf(edges, size, false, after != null);
  return isWhole ? { ...page, few: all.length } : page;
}

function pageOf(
  found: FoundPage['edges'],
  size: number,
  hasMore: boolean,
  hasPreviousPage: boolean,
): FoundPage {
  const edges = found.slice(0, size);
  return {
    edges,
    pageInfo: {
      hasNextPage: hasMore || found.length > size,
      hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    count: () => Promise.resolve(found.length),
  };
}

/** Those that are weighed, the best first, and whether they are all that are found. */
async function weigh(
  { entries }: Store,
  { filter, query }: Asked,
  index: string | undefined,
): Promise<{ all: Ranked[]; isWhole: boolean }> {
  const words = wordsIn(filter);
  const some: Candidate[] = await entries
    .find(query, fields)
    .limit(mostRanked)
    .setOptions(index === undefined ? {} : { hint: index })
    .lean();
  if (some.length < mostRanked) return { all: ranked(some, words), isWhole: true };
  // Of many, what begins with a word answers best, wherever it stands by name: it is looked up, whole names before others.
  const [word] = words.filter((each) => patternOfWord(each) === each).toSorted(longestFirst);
  const beginning: Candidate[] =
    word === undefined
      ? []
      : await entries
          .find({ $and: [{ forms: { $regex: `^${word}` } }, query] }, fields)
          .limit(mostRanked)
          .setOptions({ hint: byForms })
          .lean();
  const found = new Map([...beginning, ...some].map((each) => [each._id, each]));
  return { all: ranked([...found.values()].slice(0, mostRanked), words), isWhole: false };
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length;
}

function rankCursor({ score, completed, sortName, _id }: Ranked): string {
  return encodeCursor([score, completed, sortName, _id]);
}

/** Where the page after a cursor starts: among those that are weighed, also where its company is not found any more, or behind them. */
function placeOf(
  all: readonly Ranked[],
  after: string,
): { start: number; afterName: string | null } {
  if (after.startsWith(behind)) {
    const afterName = after.slice(behind.length);
    positionOf(afterName, ['string', 'string']);
    return { start: all.length, afterName };
  }
  const [score, completed, sortName, _id] = positionOf(after, [
    'number',
    'number',
    'string',
    'string',
  ]);
  const position = {
    score: Number(score),
    completed: Number(completed),
    sortName: String(sortName),
    _id: String(_id),
  };
  const at = all.findIndex((each) => compareRanked(position, each) < 0);
  return { start: at < 0 ? all.length : at, afterName: null };
}

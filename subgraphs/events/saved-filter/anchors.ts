/**
 * How news find the filters that select them: each filter is kept under its narrowest field's values, and news ask
 * for the values that they have. What is found is then tested whole.
 */
import type { NewsRecord } from '../news/news.model.ts';
import type { KeptFilter } from './saved-filter.model.ts';

/** Values under which a filter is kept; one of them is among those of every entry that it selects. */
export function anchorsOf(filter: KeptFilter): string[] {
  const { hostId, technologies, sectors, regions, kinds } = filter;
  const fields: [string, string[]][] = [
    ['host', hostId === null ? [] : [hostId]],
    ['technology', technologies],
    ['sector', sectors],
    ['region', regions],
    ['kind', kinds],
  ];
  const [field, values] = fields.find(([, each]) => each.length > 0) ?? ['any', ['']];
  return values.map((value) => `${field}:${value}`);
}

/**
 * Values under which filters are kept that may select an entry.
 *
 * @param technologies ids and codes of what it is about, and of what contains that
 */
export function anchorsOfNews(
  { about }: Pick<NewsRecord, 'about'>,
  technologies: readonly string[],
): string[] {
  const anchors = about.flatMap(({ hostId, sectors, places, kind }) => [
    ...(hostId === null ? [] : [`host:${hostId}`]),
    ...sectors.map((code) => `sector:${code}`),
    ...places.map((code) => `region:${code}`),
    `kind:${kind}`,
  ]);
  return [...new Set([...anchors, ...technologies.map((name) => `technology:${name}`), 'any:'])];
}

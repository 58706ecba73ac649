/** Who worked with whom, as a graph of firms. Pure. */

/** The firms of one project. */
export interface Team {
  /** When the work began, or was awarded. */
  at: Date;
  companyIds: readonly string[];
}

/** A firm in the network. */
export interface CountedFirm {
  companyId: string;
  /** Projects that it took part in. */
  projects: number;
  /** Firms that it worked with, those that are left out included. */
  partners: number;
}

/** Two firms that worked together. */
export interface FirmLink {
  /** Their ids, the lesser first. */
  companyIds: [string, string];
  /** Projects in which both took part. */
  projects: number;
  first: Date;
  last: Date;
}

/** Firms and what joins them. */
export interface Network {
  /** Those with the most projects first. */
  firms: CountedFirm[];
  /** Between those firms; the most frequent first. */
  links: FirmLink[];
  /** Firms that were left out. */
  leftOut: number;
}

/**
 * The network of teams, gathered one team at a time.
 *
 * @param most firms that are shown: those with the most projects, then the most partners
 */
export function networkOf(teams: Iterable<Team>, most: number): Network {
  const projects = new Map<string, number>();
  const links = new Map<string, FirmLink>();
  for (const { at, companyIds } of teams) {
    const ids = [...new Set(companyIds)].toSorted();
    for (const [index, one] of ids.entries()) {
      projects.set(one, (projects.get(one) ?? 0) + 1);
      for (const other of ids.slice(index + 1)) join(links, one, other, at);
    }
  }
  const partners = Map.groupBy(
    [...links.values()].flatMap(({ companyIds }) => companyIds),
    (id) => id,
  );
  const firms = [...projects]
    .map(([companyId, count]) => ({
      companyId,
      projects: count,
      partners: partners.get(companyId)?.length ?? 0,
    }))
    .toSorted(
      (a, b) =>
        b.projects - a.projects || b.partners - a.partners || compare(a.companyId, b.companyId),
    );
  const shown = firms.slice(0, most);
  const ids = new Set(shown.map(({ companyId }) => companyId));
  return {
    firms: shown,
    links: [...links.values()]
      .filter(({ companyIds }) => companyIds.every((id) => ids.has(id)))
      .toSorted(
        (a, b) => b.projects - a.projects || compare(a.companyIds.join(), b.companyIds.join()),
      ),
    leftOut: firms.length - shown.length,
  };
}

function join(links: Map<string, FirmLink>, one: string, other: string, at: Date): void {
  const key = `${one} ${other}`;
  const link = links.get(key);
  if (!link) {
    links.set(key, { companyIds: [one, other], projects: 1, first: at, last: at });
    return;
  }
  link.projects += 1;
  if (at < link.first) link.first = at;
  if (at > link.last) link.last = at;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

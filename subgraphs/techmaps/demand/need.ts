/** What projects need of a technology, and whether firms are enough for it. No storage. */
import { readinessLevels } from '../capability/readiness-level.ts';
import type { Need } from './demand.model.ts';

/** A requirement of a project. */
export interface Requirement {
  projectId: string;
  sector: string;
  /** Least technology readiness level, 1 to 9. */
  level: number;
  /** How many independent providers. */
  providers: number;
}

/** Whether there are firms enough. */
export interface Lack {
  /** Firms that the hardest single requirement lacks. */
  shortfall: number;
  /** Firms that are missing for every place to be filled by a firm of its own. */
  missing: number;
}

/** Nothing needed. */
export const noNeed: Need = { projects: 0, places: 0, levels: {}, largest: {} };

/** What the requirements of one technology come to. */
export function needOf(requirements: readonly Requirement[]): Need {
  const need: Need = { projects: 0, places: 0, levels: {}, largest: {} };
  for (const { level, providers } of requirements) {
    need.places += providers;
    need.levels[level] = (need.levels[level] ?? 0) + providers;
    need.largest[level] = Math.max(need.largest[level] ?? 0, providers);
  }
  need.projects = new Set(requirements.map(({ projectId }) => projectId)).size;
  return need;
}

/** The same, by the sector of the projects. */
export function needBySector(requirements: readonly Requirement[]): { [sector: string]: Need } {
  const groups = Map.groupBy(requirements, ({ sector }) => sector);
  return Object.fromEntries([...groups].map(([sector, own]) => [sector, needOf(own)]));
}

/** Places by least level, 1 to 9, lowest first. */
export function levelPlaces({ levels }: Need): { level: number; places: number }[] {
  return readinessLevels.map(({ level }) => ({ level, places: levels[level] ?? 0 }));
}

/**
 * What is lacking: a firm at a higher level fills a place at a lower one, so each level is weighed with all above it.
 *
 * @param firms by level, keys `1` to `9`
 */
export function lackOf(need: Need, firms: { [level: string]: number }): Lack {
  let [places, able, shortfall, missing] = [0, 0, 0, 0];
  for (const { level } of readinessLevels.toReversed()) {
    places += need.levels[level] ?? 0;
    able += firms[level] ?? 0;
    shortfall = Math.max(shortfall, (need.largest[level] ?? 0) - able);
    missing = Math.max(missing, places - able);
  }
  return { shortfall, missing };
}

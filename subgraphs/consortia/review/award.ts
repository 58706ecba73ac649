/** Going down a ranking: who is awarded within slots, budget and the caps on one firm's part of a programme. Pure. */
import type { Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';
import { capOn, type Caps, type Exposure } from '../proposal/exposure.ts';

/** A project in its place of the ranking. */
export interface Place {
  projectId: string;
  sector: string;
  /** Won. */
  cost: number;
  /** Whether it was reviewed at all. */
  isReviewed: boolean;
  /** Members that may not take part now. */
  unfit?: readonly Problem[];
}

/** What a call has for its awards. */
export interface AwardLimits {
  slots: number;
  /** Won. */
  budget: number;
  /** Most of it for one sector, won; null or missing when there is no such cap. */
  sectorCap?: number | null;
}

/** What caps one firm's part, and what firms have besides the call. */
export interface Exposed {
  caps: Caps;
  exposure: Exposure;
  /** Firms of each project of the call. */
  membersOf: ReadonlyMap<string, readonly string[]>;
}

/** What becomes of a project. */
export interface Award {
  isAwarded: boolean;
  /** What is not left of the call for it, members that may not take part, caps that its award would break: for these it is passed over. */
  breaches: Problem[];
}

/**
 * Awards down the ranking. What the money left does not reach is passed over, and so is what would give a firm more than
 * its part, measured against all awards that the decision leaves, or to a firm that may not take part.
 *
 * @param kept projects whose award stands; their slots, money and firms count first
 */
export function awardDown(
  places: readonly Place[],
  limits: AwardLimits,
  kept: ReadonlySet<string>,
  exposed: Exposed | null,
): Map<string, Award> {
  const awards = (inAll: number) =>
    awardOnce(places, limits, kept, tallyOf(exposed ?? free, inAll));
  if (!exposed) return awards(0);
  // The more awards there are, the smaller is a part; so it goes down from the most that there can be.
  let inAll = Math.min(places.length, Math.max(limits.slots, kept.size));
  for (;;) {
    const found = awards(inAll);
    const count = [...found.values()].filter(({ isAwarded }) => isAwarded).length;
    if (count >= inAll) return found;
    inAll = count;
  }
}

/** Nothing is capped. */
const free: Exposed = {
  caps: { running: null, awardShare: null, proposed: null },
  exposure: { running: new Map(), awards: new Map(), awardsInAll: 0, proposed: new Map() },
  membersOf: new Map(),
};

function awardOnce(
  places: readonly Place[],
  limits: AwardLimits,
  kept: ReadonlySet<string>,
  tally: ReturnType<typeof tallyOf>,
): Map<string, Award> {
  const standing = places.filter(({ projectId }) => kept.has(projectId));
  const taken: Taken = { slots: 0, money: 0, inSector: new Map() };
  for (const place of standing) {
    take(taken, place);
    tally.add(place.projectId);
  }
  const awards = new Map<string, Award>();
  for (const place of places) {
    const { projectId, unfit = [] } = place;
    const isKept = kept.has(projectId);
    const missing = isKept ? [] : leftBreaches(place, limits, taken);
    const isNext = !isKept && missing.length === 0;
    const breaches = isNext ? [...unfit, ...tally.breaches(projectId)] : missing;
    const isNew = isNext && breaches.length === 0;
    awards.set(projectId, { isAwarded: isKept || isNew, breaches });
    if (!isNew) continue;
    take(taken, place);
    tally.add(projectId);
  }
  return awards;
}

/** What awards have taken of a call. */
interface Taken {
  slots: number;
  money: number;
  inSector: Map<string, number>;
}

function take(taken: Taken, { sector, cost }: Place): void {
  taken.slots += 1;
  taken.money += cost;
  taken.inSector.set(sector, (taken.inSector.get(sector) ?? 0) + cost);
}

/** Why what the call has left does not reach a project. */
function leftBreaches(
  { sector, cost, isReviewed }: Place,
  { slots, budget, sectorCap = null }: AwardLimits,
  taken: Taken,
): Problem[] {
  const faults: Problem[] = [];
  if (!isReviewed) faults.push(breach('REVIEWED', 'Nobody reviewed it.', 1, 0));
  if (taken.slots >= slots)
    faults.push(
      breach('SLOTS_LEFT', 'Projects before it have every slot.', slots, taken.slots + 1),
    );
  const left = budget - taken.money;
  if (cost > left)
    faults.push(breach('BUDGET_LEFT', 'It costs more than is left of the call.', left, cost));
  if (sectorCap === null) return faults;
  const ofSector = sectorCap - (taken.inSector.get(sector) ?? 0);
  if (cost > ofSector)
    faults.push(
      breach('SECTOR_LEFT', 'It costs more than is left for its sector.', ofSector, cost),
    );
  return faults;
}

function more(counts: ReadonlyMap<string, number>, id: string): number {
  return (counts.get(id) ?? 0) + 1;
}

/** Counts what firms have while awards are made. */
function tallyOf({ caps, exposure, membersOf }: Exposed, inAll: number) {
  const running = new Map(exposure.running);
  const awards = new Map(exposure.awards);
  let made = 0;
  const firmsOf = (projectId: string) => [...new Set(membersOf.get(projectId))];
  return {
    add: (projectId: string) => {
      made += 1;
      for (const id of firmsOf(projectId)) {
        running.set(id, more(running, id));
        awards.set(id, more(awards, id));
      }
    },
    breaches: (projectId: string): Problem[] =>
      firmsOf(projectId).flatMap((id) => {
        const then: Exposure = {
          running,
          awards: new Map([[id, more(awards, id)]]),
          awardsInAll: exposure.awardsInAll + Math.max(inAll, made + 1),
          proposed: new Map(),
        };
        const cap = capOn(id, then, caps);
        const message = 'The award would give one firm more of the programme than it may have.';
        return cap ? [breach(cap.rule, message, cap.limit, cap.found, ['members', id])] : [];
      }),
  };
}

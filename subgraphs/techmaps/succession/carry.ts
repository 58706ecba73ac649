/** How a capability map follows its technologies into a new version. No storage. */
import type { Claim } from '../capability/capability.model.ts';
import type { Evidence } from '../capability/evidence.ts';
import { evidenceKey, evidenceLimits } from '../capability/evidence.ts';
import type { SuccessionKind } from './succession.model.ts';
import type { Outcome } from './transition.model.ts';

/** What becomes of a technology. */
export interface Succeeding {
  kind: SuccessionKind;
  successorIds: readonly string[];
}

/** What became of one claim. */
export interface Carried {
  /** The claim as it was. */
  claim: Claim;
  succeeding: Succeeding;
  outcome: Outcome;
}

/**
 * The claims after a new version: those in renamed and merged technologies become claims in the successor, or join one
 * that is there already; all others stay as they are.
 *
 * @returns the claims, and what became of each whose technology is gone
 */
export function carry(
  claims: readonly Claim[],
  successions: ReadonlyMap<string, Succeeding>,
): { claims: Claim[]; carried: Carried[] } {
  const kept = new Map(
    claims
      .filter(({ technologyId }) => !successions.has(technologyId))
      .map((claim) => [claim.technologyId, claim]),
  );
  const carried = claims.flatMap((claim) => {
    const succeeding = successions.get(claim.technologyId);
    return succeeding ? [{ claim, succeeding, outcome: follow(claim, succeeding, kept) }] : [];
  });
  return { claims: [...kept.values()], carried };
}

/** Two claims in technologies that are one now: the higher level, all that is shown, since the earlier day. */
export function joined(a: Claim, b: Claim): Claim {
  const capacities = [a.capacity, b.capacity].filter((each) => each !== null);
  const days = [a.since, b.since].filter((day) => day !== null).toSorted();
  return {
    technologyId: a.technologyId,
    level: Math.max(a.level, b.level),
    capacity: capacities.length === 0 ? null : Math.max(...capacities),
    evidence: distinct([...a.evidence, ...b.evidence]).slice(0, evidenceLimits.count),
    since: days[0] ?? null,
  };
}

function follow(
  claim: Claim,
  { kind, successorIds }: Succeeding,
  kept: Map<string, Claim>,
): Outcome {
  const [successorId] = successorIds;
  if (kind === 'SPLIT' || kind === 'RETIRED' || successorId === undefined) {
    kept.set(claim.technologyId, claim);
    return kind === 'SPLIT' ? 'TO_DECIDE' : 'ENDED';
  }
  const there = kept.get(successorId);
  kept.set(successorId, there ? joined(there, claim) : { ...claim, technologyId: successorId });
  return there ? 'JOINED' : 'CARRIED';
}

function distinct(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((each) => [evidenceKey(each), each])).values()];
}

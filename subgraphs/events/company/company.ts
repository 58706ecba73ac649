/** Hosts: who may act for one, and which firms may host. */
import type { Model } from 'mongoose';

import { applyFacts, type FactRecord } from '#kit/facts.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import { forbid, hasRole, isIn, signedIn, type SignedIn, type Viewer } from '#kit/viewer.ts';
import type { CompanyFact } from '#schema/facts.ts';
import type { CompanyRecord } from './company.model.ts';
import { tracesOf } from '../event/event-details.ts';
import type { EventRecord } from '../event/event.model.ts';

/**
 * The viewer, who must be an editor of the host or of the secretariat; without a host, of the secretariat.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function actingAsHost(viewer: Viewer, hostId: string | null): SignedIn {
  const user = signedIn(viewer);
  const own = hostId !== null && isIn(viewer, hostId, 'EDITOR');
  if (!own && !hasRole(viewer, 'SECRETARIAT'))
    forbid('Only an editor of the host, or the secretariat, may do this.');
  return user;
}

/** Why a firm cannot host something new; none when it can. */
export function hostProblems(
  host: CompanyRecord | null | undefined,
  now: Date,
  path: string[] = ['hostId'],
): Problem[] {
  if (!host || host.gone) return [problem('NOT_FOUND', 'No firm has this id.', path)];
  if (host.status !== 'APPROVED')
    return [
      problem('WRONG_STATE', 'Only an approved firm may host.', path, {
        rule: 'HOST_APPROVED',
        limit: 'APPROVED',
        found: host.status,
      }),
    ];
  if (host.restrictedUntil && host.restrictedUntil > now)
    return [
      problem('WRONG_STATE', 'This firm is restricted from taking part.', path, {
        rule: 'HOST_NOT_RESTRICTED',
        found: `restricted until ${host.restrictedUntil.toISOString()}`,
      }),
    ];
  return [];
}

/** A host's names, to be found by. */
export function hostNames(host: CompanyRecord | null | undefined): (string | null)[] {
  return host && !host.gone ? [host.name.ko, host.name.en] : [];
}

/** Brings firms up to what companies tell, and the events of those that have another name now. */
export async function applyCompanies(
  { companies, events }: { companies: Model<CompanyRecord>; events: Model<EventRecord> },
  facts: readonly FactRecord[],
): Promise<void> {
  const ids = facts.map(({ key }) => key);
  const known = await companies.find({ _id: { $in: ids } }).lean<CompanyRecord[]>();
  const nameBefore = new Map(known.map(({ _id, name }) => [_id, JSON.stringify(name)]));
  await applyFacts(
    companies,
    facts.map((fact) => ({ ...fact, state: hostState(fact.state as CompanyFact | null) })),
  );
  const renamed = facts
    .filter(({ key, state }) => state !== null && nameBefore.get(key) !== nameOf(state))
    .map(({ key }) => key);
  await findAgain({ companies, events }, renamed);
}

function hostState(fact: CompanyFact | null): object | null {
  return fact && { name: fact.name, status: fact.status, restrictedUntil: fact.restrictedUntil };
}

function nameOf(state: unknown): string {
  const { ko, en } = (state as CompanyFact).name;
  return JSON.stringify({ ko, en });
}

/** Computes anew how the events of some hosts are found. */
async function findAgain(
  { companies, events }: { companies: Model<CompanyRecord>; events: Model<EventRecord> },
  hostIds: readonly string[],
): Promise<void> {
  for (const hostId of hostIds) {
    const host = await companies.findById(hostId).lean<CompanyRecord | null>();
    for await (const event of events.find({ hostId }).lean<EventRecord>().cursor()) {
      const { words, grams } = tracesOf(event, hostNames(host));
      await events.updateOne({ _id: event._id }, { $set: { words, grams } });
    }
  }
}

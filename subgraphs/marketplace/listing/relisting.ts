/** Listings as an import states them: a service is on these marketplaces, and on no other. */
import type { Model } from 'mongoose';

import { newId } from '#kit/id.ts';
import type { ListingRecord, ListingStatus, ListingStep } from './listing.model.ts';

/** What an import says of one service. */
export interface Relisting {
  serviceId: string;
  /** Codes of the marketplaces. */
  on: readonly string[];
  source: string;
  userId: string;
  now: Date;
}

/** Brings listings to what an import says; a step is kept for each that changes. */
export async function relist(
  { listings }: { listings: Model<ListingRecord> },
  relistings: readonly Relisting[],
): Promise<void> {
  const ids = relistings.map(({ serviceId }) => serviceId);
  const known = await listings.find({ serviceId: { $in: ids } }).lean<ListingRecord[]>();
  const byService = Map.groupBy(known, ({ serviceId }) => serviceId);
  const writes = relistings.flatMap((each) => [
    ...entering(each, byService.get(each.serviceId) ?? []),
    ...changing(each, byService.get(each.serviceId) ?? []),
  ]);
  if (writes.length > 0) await listings.bulkWrite(writes);
}

function entering(relisting: Relisting, known: readonly ListingRecord[]) {
  const { serviceId, on, now } = relisting;
  return on
    .filter((code) => !known.some(({ marketplace }) => marketplace === code))
    .map((marketplace) => {
      const document: ListingRecord = {
        _id: newId(),
        serviceId,
        marketplace,
        status: 'LISTED',
        url: null,
        listedAt: now,
        steps: [stepTo('LISTED', relisting)],
        revision: 1,
      };
      return { insertOne: { document } };
    });
}

function changing(relisting: Relisting, known: readonly ListingRecord[]) {
  const { on, now } = relisting;
  return known
    .map((listing) => ({ listing, to: whereTo(listing, on) }))
    .filter(({ listing, to }) => to !== listing.status)
    .map(({ listing: { _id, revision, listedAt }, to }) => ({
      updateOne: {
        filter: { _id, revision },
        update: {
          $set: { status: to, listedAt: to === 'LISTED' ? now : listedAt, revision: revision + 1 },
          $push: { steps: stepTo(to, relisting) },
        },
      },
    }));
}

/** A way that is still being walked goes on when the source does not know of it. */
function whereTo({ marketplace, status }: ListingRecord, on: readonly string[]): ListingStatus {
  if (on.includes(marketplace)) return 'LISTED';
  return status === 'LISTED' ? 'WITHDRAWN' : status;
}

function stepTo(status: ListingStatus, { now, userId, source }: Relisting): ListingStep {
  return { status, at: now, userId, note: `Stated by ${source}.` };
}

import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** How far a listing is. */
export type ListingStatus = 'PREPARING' | 'SUBMITTED' | 'LISTED' | 'REJECTED' | 'WITHDRAWN';

/** One step of a listing. */
export interface ListingStep {
  status: ListingStatus;
  at: Date;
  /** Who took it. */
  userId: string;
  note: string | null;
}

/** A service on one marketplace, as stored. */
export interface ListingRecord {
  _id: string;
  serviceId: string;
  /** Code of the marketplace. */
  marketplace: string;
  status: ListingStatus;
  url: string | null;
  listedAt: Date | null;
  /** The oldest first. */
  steps: ListingStep[];
  revision: number;
}

const listingSchema = new Schema(
  {
    _id: { type: String, required: true },
    serviceId: { type: String, required: true },
    marketplace: { type: String, required: true },
    status: { type: String, required: true },
    url: { type: String, default: null },
    listedAt: { type: Date, default: null },
    steps: {
      type: [
        new Schema(
          {
            status: { type: String, required: true },
            at: { type: Date, required: true },
            userId: { type: String, required: true },
            note: { type: String, default: null },
          },
          { _id: false },
        ),
      ],
      required: true,
    },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'listings' },
)
  // Listings of a service, and no marketplace twice.
  .index({ serviceId: 1, marketplace: 1 }, { unique: true });

/** Every listing. */
export function listingsOf(connection: Connection): Model<ListingRecord> {
  return modelOf<ListingRecord>(connection, 'listings', listingSchema);
}

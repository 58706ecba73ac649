import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** What becomes of a technology that a version no longer has. */
export const successionKinds = ['RENAMED', 'MERGED', 'SPLIT', 'RETIRED'] as const;
export type SuccessionKind = (typeof successionKinds)[number];

/** What becomes of one technology in one version. */
export interface SuccessionRecord {
  /** `versionId technologyId`, as for placements. */
  _id: string;
  versionId: string;
  technologyId: string;
  kind: SuccessionKind;
  successorIds: string[];
}

const schema = new Schema(
  {
    _id: { type: String, required: true },
    versionId: { type: String, required: true },
    technologyId: { type: String, required: true },
    kind: { type: String, enum: successionKinds, required: true },
    successorIds: { type: [String], required: true },
  },
  { ...plainSchema, collection: 'successions' },
)
  // TechMapVersion.successions
  .index({ versionId: 1, _id: 1 })
  // what became a technology
  .index({ successorIds: 1 });

/** What became of technologies, by version. */
export function successionsOf(connection: Connection): Model<SuccessionRecord> {
  return modelOf<SuccessionRecord>(connection, 'successions', schema);
}

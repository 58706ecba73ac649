/** What other subgraphs tell of companies: read models of their facts. */
import { Schema, type Connection, type Model } from 'mongoose';

import type { Followed } from '#kit/facts.ts';
import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { CapabilityMapFact, ProjectFact } from '#schema/facts.ts';

/** A company's newest capability map, as told by techmaps; by company. */
export type ToldMapRecord = Followed & Partial<CapabilityMapFact>;

/** A project, as told by consortia. */
export type ToldProjectRecord = Followed &
  Partial<Pick<ProjectFact, 'status' | 'memberIds' | 'finished'>>;

// Facts may gain fields before this subgraph knows of them.
const open = { ...plainSchema, strict: false } as const;
const followed = {
  _id: { type: String, required: true },
  revision: { type: Number, required: true },
  gone: { type: Boolean, required: true },
} as const;

const mapSchema = new Schema(
  { ...followed, capabilities: [Schema.Types.Mixed], publishedAt: Date },
  { ...open, collection: 'told_maps' },
);

const projectSchema = new Schema(
  { ...followed, status: String, memberIds: [String], finished: Schema.Types.Mixed },
  { ...open, collection: 'told_projects' },
)
  // The projects of a firm.
  .index({ memberIds: 1, status: 1 });

/** Capability maps, by company. */
export function toldMapsOf(connection: Connection): Model<ToldMapRecord> {
  return modelOf<ToldMapRecord>(connection, 'told_maps', mapSchema);
}

/** Projects. */
export function toldProjectsOf(connection: Connection): Model<ToldProjectRecord> {
  return modelOf<ToldProjectRecord>(connection, 'told_projects', projectSchema);
}

import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

import { successionKinds, type SuccessionKind } from './succession.model.ts';

/** What became of a capability or a requirement. */
export const outcomes = ['CARRIED', 'JOINED', 'TO_DECIDE', 'DECIDED', 'ENDED'] as const;
export type Outcome = (typeof outcomes)[number];

/** How capabilities follow one version. */
export interface TransitionRecord {
  /** Version id. */
  _id: string;
  pending: boolean;
  /** Companies up to this id are done. */
  after: string;
  /** User who published the version. */
  by: string;
  /** What the snapshots made by it say of where they come from, such as `cncf version 3`. */
  source: string;
  startedAt: Date;
}

const transitionSchema = new Schema(
  {
    _id: { type: String, required: true },
    pending: { type: Boolean, required: true },
    after: { type: String, default: '' },
    by: { type: String, required: true },
    source: { type: String, required: true },
    startedAt: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'transitions' },
)
  // what is left to do
  .index({ pending: 1 }, { partialFilterExpression: { pending: true } });

/** How capabilities followed each version that left technologies out. */
export function transitionsOf(connection: Connection): Model<TransitionRecord> {
  return modelOf<TransitionRecord>(connection, 'transitions', transitionSchema);
}

/** What became of one capability, or of one requirement of a running project. */
export interface ItemRecord {
  /** `versionId ownerId technologyId`. */
  _id: string;
  versionId: string;
  /** Company of a capability; null for a requirement. */
  companyId: string | null;
  /** Project of a requirement; null for a capability. */
  projectId: string | null;
  technologyId: string;
  kind: SuccessionKind;
  successorIds: string[];
  level: number;
  outcome: Outcome;
}

/** Id of what became of one capability or requirement. */
export function itemId(versionId: string, ownerId: string, technologyId: string): string {
  return `${versionId} ${ownerId} ${technologyId}`;
}

/** A page of items. */
export type ItemPage = Page<ItemRecord>;

const itemSchema = new Schema(
  {
    _id: { type: String, required: true },
    versionId: { type: String, required: true },
    companyId: { type: String, default: null },
    projectId: { type: String, default: null },
    technologyId: { type: String, required: true },
    kind: { type: String, enum: successionKinds, required: true },
    successorIds: { type: [String], required: true },
    level: { type: Number, required: true },
    outcome: { type: String, enum: outcomes, required: true },
  },
  { ...plainSchema, collection: 'transitionitems' },
)
  // Transition.items and counts
  .index({ versionId: 1, outcome: 1, _id: 1 })
  .index({ versionId: 1, _id: 1 })
  // what a project has to decide
  .index(
    { projectId: 1, outcome: 1 },
    { partialFilterExpression: { projectId: { $type: 'string' } } },
  )
  // Company.transitionItems
  .index({ companyId: 1, _id: -1 });

/** What became of every capability and requirement. */
export function itemsOf(connection: Connection): Model<ItemRecord> {
  return modelOf<ItemRecord>(connection, 'transitionitems', itemSchema);
}

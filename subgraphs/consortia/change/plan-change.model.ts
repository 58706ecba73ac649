import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { ItemPlan } from '../delivery/books.ts';
import type { PlannedMilestone } from '../milestone/schedule.ts';
import type { PlanChangeStatus } from './state.ts';

/** A change of a running project's plan as stored. */
export interface PlanChangeRecord {
  _id: string;
  projectId: string;
  reason: string;
  /** The whole new plan of its money; null when it stays. */
  items: ItemPlan[] | null;
  /** The whole new schedule; null when it stays. */
  milestones: PlannedMilestone[] | null;
  status: PlanChangeStatus;
  /** It waits for a decision. Absent otherwise. */
  open?: true;
  proposedBy: string;
  proposedAt: Date;
  decidedAt: Date | null;
  /** What was said of the decision. */
  verdict: string | null;
  revision: number;
}

const planChangeSchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    reason: { type: String, required: true },
    items: { type: Schema.Types.Mixed, default: null },
    milestones: { type: Schema.Types.Mixed, default: null },
    status: { type: String, required: true },
    open: { type: Boolean },
    proposedBy: { type: String, required: true },
    proposedAt: { type: Date, required: true },
    decidedAt: { type: Date, default: null },
    verdict: { type: String, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'planChanges' },
)
  // Project.planChanges
  .index({ projectId: 1, _id: -1 })
  // A project has one change that waits; two that race meet here.
  .index({ projectId: 1 }, { unique: true, partialFilterExpression: { open: true } });

/** All changes of plans. */
export function planChangesOf(connection: Connection): Model<PlanChangeRecord> {
  return modelOf<PlanChangeRecord>(connection, 'planChanges', planChangeSchema);
}

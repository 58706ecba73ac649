import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';
import type { MilestoneStatus } from './state.ts';

/** A file handed in for a deliverable; its bytes lie in the document store. */
export interface FileRecord {
  fileName: string;
  mediaType: string;
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  sha256: string;
  uploadedBy: string;
  uploadedAt: Date;
}

/** What a milestone is to bring. */
export interface DeliverableRecord {
  code: string;
  name: Text;
  file: FileRecord | null;
}

/** A milestone as stored. */
export interface MilestoneRecord {
  _id: string;
  projectId: string;
  /** Code of the stage; null in a project without stages. */
  stage: string | null;
  name: Text;
  /** Last day, `YYYY-MM-DD` in Asia/Seoul. */
  dueOn: string;
  deliverables: DeliverableRecord[];
  status: MilestoneStatus;
  /** Its project runs and it is not delivered: what the list of late ones looks for. Absent otherwise. */
  awaited?: true;
  deliveredAt: Date | null;
  /** What was said when it was delivered. */
  note: string | null;
  decidedAt: Date | null;
  /** Why it was returned, or what was said when it was accepted. */
  verdict: string | null;
  revision: number;
}

/** A page of milestones. */
export type MilestonePage = Page<MilestoneRecord>;

const milestoneSchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    stage: { type: String, default: null },
    name: { type: Schema.Types.Mixed, required: true },
    dueOn: { type: String, required: true },
    deliverables: { type: [Schema.Types.Mixed], required: true },
    status: { type: String, required: true },
    awaited: { type: Boolean },
    deliveredAt: { type: Date, default: null },
    note: { type: String, default: null },
    decidedAt: { type: Date, default: null },
    verdict: { type: String, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'milestones' },
)
  // Project.milestones
  .index({ projectId: 1, dueOn: 1, _id: 1 })
  // lateMilestones
  .index({ awaited: 1, dueOn: 1, _id: 1 }, { partialFilterExpression: { awaited: true } });

/** All milestones. */
export function milestonesOf(connection: Connection): Model<MilestoneRecord> {
  return modelOf<MilestoneRecord>(connection, 'milestones', milestoneSchema);
}

import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type {
  AssemblyStatus,
  Funnel,
  Infeasibility,
  Proposal,
  Relaxation,
  Statistics,
  Weights,
} from '../assembly/types.ts';
import type { RequirementRecord } from '../project/project.model.ts';

/** A proposal as stored: the solver's, with an id. */
export type ProposalRecord = Proposal & { id: string };

/** Why there is no team, as stored: the relaxed team has an id too. */
export type InfeasibilityRecord = Omit<Infeasibility, 'relaxation'> & {
  relaxation: (Omit<Relaxation, 'proposal'> & { proposal: ProposalRecord | null }) | null;
};

/** The smallest change of a team, as stored. */
export interface RepairRecord {
  changes: number;
  isSmallest: boolean;
  keepIds: string[];
  joinIds: string[];
  leaveIds: string[];
}

/** A search for teams and its answer, as stored. */
export interface AssemblyRecord {
  _id: string;
  projectId: string;
  requestedBy: string;
  requestedAt: Date;
  /** User and idempotency key; absent when the request had none. */
  requestKey?: string;
  /** SHA-256 of the request. */
  requestDigest: string;
  status: AssemblyStatus;
  /** As they were when the search began. */
  requirements: RequirementRecord[];
  proposals: ProposalRecord[];
  /** Ids of every proposal that can be invited. */
  proposalIds: string[];
  /** Firms of the best proposal, for the cap on exposure. */
  bestMemberIds: string[];
  infeasibility: InfeasibilityRecord | null;
  /** How the first proposal differs from the team that was to be repaired; null for a search from scratch. */
  repair: RepairRecord | null;
  funnels: Funnel[];
  weights: Weights;
  statistics: Statistics;
}

/** A page of assemblies. */
export type AssemblyPage = Page<AssemblyRecord>;

const assemblySchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    requestedBy: { type: String, required: true },
    requestedAt: { type: Date, required: true },
    requestKey: { type: String },
    requestDigest: { type: String, required: true },
    status: { type: String, required: true },
    requirements: { type: [Schema.Types.Mixed], required: true },
    proposals: { type: [Schema.Types.Mixed], required: true },
    proposalIds: { type: [String], required: true },
    bestMemberIds: { type: [String], required: true },
    infeasibility: { type: Schema.Types.Mixed, default: null },
    repair: { type: Schema.Types.Mixed, default: null },
    funnels: { type: [Schema.Types.Mixed], required: true },
    weights: { type: Schema.Types.Mixed, required: true },
    statistics: { type: Schema.Types.Mixed, required: true },
  },
  { ...plainSchema, collection: 'assemblies' },
)
  // Project.assemblies
  .index({ projectId: 1, _id: -1 })
  // inviteProposal
  .index({ proposalIds: 1 })
  // the cap on exposure: what was proposed lately
  .index({ requestedAt: 1 })
  // a repeated request is answered by the first one's assembly
  .index(
    { requestKey: 1 },
    { unique: true, partialFilterExpression: { requestKey: { $exists: true } } },
  );

/** All assemblies. */
export function assembliesOf(connection: Connection): Model<AssemblyRecord> {
  return modelOf<AssemblyRecord>(connection, 'assemblies', assemblySchema);
}

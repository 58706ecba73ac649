import { Schema, type Connection, type Model, type Query } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Problem } from '#kit/refusal.ts';
import type { Phase, Weights } from '../assembly/problem.ts';
import type {
  Funnel,
  Infeasibility,
  Proposal,
  Relaxation,
  Statistics,
} from '../assembly/result.ts';
import { fillIn } from './earlier.ts';
import type { SearchStatus } from './state.ts';
import type { CappedFirm } from './exposure.ts';
import type { Misses } from './misses.ts';
import type { RequirementRecord } from '../project/project.model.ts';

/** A proposal as stored: the solver's, with an id, and what the team misses of each aim. */
export type ProposalRecord = Proposal & { id: string; misses: Misses };

/** One aim taken more or less important, and the best team of the whole pool then. */
export interface SolvedAgainRecord {
  aim: keyof Weights;
  /** Change of the aim's weight, basis points of it. */
  change: number;
  weights: Weights;
  /** Null where no team was found in time. */
  best: {
    memberIds: string[];
    points: number;
    gap: number;
    /** Against the first proposal. */
    joinIds: string[];
    leaveIds: string[];
  } | null;
}

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

/** What a search is doing: the solver's phases, and those before it begins. */
export type SearchPhase = Phase | 'WAITING' | 'GATHERING' | 'WEIGHTS';

/** How far a search has come. */
export interface ProgressRecord {
  /** Counts what was told. */
  seq: number;
  phase: SearchPhase;
  /** Points of the best team so far; null while there is none. */
  points: number | null;
  /** No team can be better than this; null while nothing is proven. */
  bound: number | null;
  gap: number | null;
  /** Since the solver began, milliseconds. */
  elapsedMillis: number;
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
  status: SearchStatus;
  /** The process that works on it. */
  runner: string;
  /** While it runs: when it counts as interrupted, unless its process says before that it goes on. */
  leaseUntil?: Date;
  /** While it runs: one of the few places of its firm, and of its user. */
  companySlot?: string;
  viewerSlot?: string;
  /** When somebody asked to end it; null when nobody did. */
  cancelAskedAt: Date | null;
  /** When it ended, however; null while it runs. */
  endedAt: Date | null;
  progress: ProgressRecord;
  /** Why it failed; empty where it did not. */
  problems: Problem[];
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
  /** Firms that a cap on exposure left out. */
  capped: CappedFirm[];
  /** The best teams under other weights, as far as the search came; empty where nobody asked for them. */
  solvedAgain: SolvedAgainRecord[];
  weights: Weights;
  /** Null until the solver has answered. */
  statistics: Statistics | null;
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
    runner: { type: String, required: true },
    leaseUntil: { type: Date },
    companySlot: { type: String },
    viewerSlot: { type: String },
    cancelAskedAt: { type: Date, default: null },
    endedAt: { type: Date, default: null },
    progress: { type: Schema.Types.Mixed, required: true },
    problems: { type: [Schema.Types.Mixed], required: true },
    requirements: { type: [Schema.Types.Mixed], required: true },
    proposals: { type: [Schema.Types.Mixed], required: true },
    proposalIds: { type: [String], required: true },
    bestMemberIds: { type: [String], required: true },
    infeasibility: { type: Schema.Types.Mixed, default: null },
    repair: { type: Schema.Types.Mixed, default: null },
    funnels: { type: [Schema.Types.Mixed], required: true },
    capped: { type: [Schema.Types.Mixed], required: true },
    solvedAgain: { type: [Schema.Types.Mixed], required: true },
    weights: { type: Schema.Types.Mixed, required: true },
    statistics: { type: Schema.Types.Mixed, default: null },
  },
  { ...plainSchema, collection: 'assemblies' },
)
  // Project.assemblies
  .index({ projectId: 1, _id: -1 })
  // inviteProposal
  .index({ proposalIds: 1 })
  // the cap on exposure: what was proposed lately
  .index({ requestedAt: 1 })
  // searches whose process is gone
  .index({ leaseUntil: 1 }, { partialFilterExpression: { leaseUntil: { $exists: true } } })
  // the few places of a firm, and of a user
  .index(
    { companySlot: 1 },
    { unique: true, partialFilterExpression: { companySlot: { $exists: true } } },
  )
  .index(
    { viewerSlot: 1 },
    { unique: true, partialFilterExpression: { viewerSlot: { $exists: true } } },
  )
  // a repeated request is answered by the first one's assembly
  .index(
    { requestKey: 1 },
    { unique: true, partialFilterExpression: { requestKey: { $exists: true } } },
  );

assemblySchema.post<Query<unknown, AssemblyRecord>>(
  ['find', 'findOne', 'findOneAndUpdate'],
  (found: unknown) => {
    for (const record of [found].flat()) if (isWhole(record)) fillIn(record);
  },
);

/** Not a choice of its fields. */
function isWhole(record: unknown): record is AssemblyRecord {
  return typeof record === 'object' && record !== null && 'proposals' in record;
}

/** All assemblies. */
export function assembliesOf(connection: Connection): Model<AssemblyRecord> {
  return modelOf<AssemblyRecord>(connection, 'assemblies', assemblySchema);
}

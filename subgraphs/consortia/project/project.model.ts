import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';
import type { ItemPlan } from '../delivery/books.ts';
import type { ProjectStatus } from './state.ts';

/** What a project needs of one technology, as stored. */
export interface RequirementRecord {
  id: string;
  technologyId: string;
  leastLevel: number;
  /** Independent providers needed. */
  providers: number;
  /** Independent providers wished for, at least `providers`. */
  wishedProviders: number;
  weight: number;
  mandatory: boolean;
  certificateScheme: string | null;
  /** Price of one provider, won; null when not stated. */
  estimatedPrice: number | null;
}

/** Money for one stage, won. */
export interface StageBudget {
  stage: string;
  amount: number;
}

/** A place where a project is carried out. */
export interface Site {
  name: Text;
  /** ISO 3166-1 or 3166-2. */
  region: string;
}

/** A gate between two stages that a project passed. */
export interface GatePassed {
  from: string;
  to: string;
  at: Date;
  note: string | null;
}

/** A project as stored. */
export interface ProjectRecord {
  _id: string;
  callId: string | null;
  programmeId: string | null;
  title: Text;
  summary: Text;
  sector: string;
  leadCompanyId: string;
  status: ProjectStatus;
  requirements: RequirementRecord[];
  /** Won; null when not stated. */
  budget: number | null;
  stages: StageBudget[];
  /** What the members bear themselves besides the budget, won. */
  matching: number;
  /** Codes of the bonuses that it claims. */
  bonuses: string[];
  sites: Site[];
  demandCompanyIds: string[];
  /** The project that it was copied from. */
  copiedFromId: string | null;
  /** Where its requirements were taken from, in that order. */
  sources?: RequirementSourceRecord[];
  consortiumId: string | null;
  /** Who may see it: company ids, and `public`. */
  audience: string[];
  /** What a text search finds it by. */
  grams: string[];
  /** Counts changes of its documents; touched so that they meet a submission. */
  documentsTouched: number;
  /** Code of the stage that it is in. */
  stage: string | null;
  gates: GatePassed[];
  plan: ItemPlan[];
  /** Counts ledger entries. */
  entries: number;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Why it ended before it was finished. */
  endReason: string | null;
  /** How it was finished; null before, and when it ended early. */
  finished: { onTime: boolean; pilotRating: number | null } | null;
  /** When its books were closed. */
  settledAt: Date | null;
  /** Every time that they were, in order. */
  settlements?: SettlementRecord[];
  draftedBy: string;
  draftedAt: Date;
  sealedAt: Date | null;
  revision: number;
}

/** Where requirements of a project were taken from. */
export interface RequirementSourceRecord {
  templateId: string | null;
  /** The template's version; null for an earlier project. */
  version: number | null;
  /** The earlier project; null for a template. */
  projectId: string | null;
  copiedBy: string;
  copiedAt: Date;
}

/** A closing of a project's books. */
export interface SettlementRecord {
  settledAt: Date;
  settledBy: string;
  /** When they were opened again, as a repayment bounced; null while they are closed. */
  openedAt: Date | null;
  openedBy: string | null;
  reason: string | null;
}

/** A page of projects. */
export type ProjectPage = Page<ProjectRecord>;

const requirementSchema = new Schema(
  {
    id: { type: String, required: true },
    technologyId: { type: String, required: true },
    leastLevel: { type: Number, required: true },
    providers: { type: Number, required: true },
    wishedProviders: { type: Number, required: true },
    weight: { type: Number, required: true },
    mandatory: { type: Boolean, required: true },
    certificateScheme: { type: String, default: null },
    estimatedPrice: { type: Number, default: null },
  },
  { _id: false, id: false, strict: 'throw' },
);

const projectSchema = new Schema(
  {
    _id: { type: String, required: true },
    callId: { type: String, default: null },
    programmeId: { type: String, default: null },
    title: { type: Schema.Types.Mixed, required: true },
    summary: { type: Schema.Types.Mixed, required: true },
    sector: { type: String, required: true },
    leadCompanyId: { type: String, required: true },
    status: { type: String, required: true },
    requirements: { type: [requirementSchema], required: true },
    budget: { type: Number, default: null },
    stages: { type: [Schema.Types.Mixed], required: true },
    matching: { type: Number, required: true },
    bonuses: { type: [String], required: true },
    sites: { type: [Schema.Types.Mixed], required: true },
    demandCompanyIds: { type: [String], required: true },
    copiedFromId: { type: String, default: null },
    sources: { type: [Schema.Types.Mixed] },
    consortiumId: { type: String, default: null },
    audience: { type: [String], required: true },
    grams: { type: [String], required: true },
    documentsTouched: { type: Number, required: true },
    stage: { type: String, default: null },
    gates: { type: [Schema.Types.Mixed], required: true },
    plan: { type: [Schema.Types.Mixed], required: true },
    entries: { type: Number, required: true },
    startedAt: { type: Date, default: null },
    endedAt: { type: Date, default: null },
    endReason: { type: String, default: null },
    finished: { type: Schema.Types.Mixed, default: null },
    settledAt: { type: Date, default: null },
    settlements: { type: [Schema.Types.Mixed] },
    draftedBy: { type: String, required: true },
    draftedAt: { type: Date, required: true },
    sealedAt: { type: Date, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'projects' },
)
  // projects: what a viewer may see, newest first
  .index({ audience: 1, _id: -1 })
  // projects(filter: { text })
  .index({ grams: 1, _id: -1 })
  // projects(filter: { status }), and track records
  .index({ status: 1, _id: -1 })
  // projects(filter: { sector })
  .index({ sector: 1, _id: -1 })
  // projects(filter: { programmeId })
  .index({ programmeId: 1, _id: -1 })
  // projectPipeline, without reading a project
  .index({ programmeId: 1, sector: 1, status: 1, stage: 1, budget: 1 })
  // projects(filter: { callId }), Call.projects
  .index({ callId: 1, _id: -1 })
  // projects(filter: { leadCompanyId })
  .index({ leadCompanyId: 1, _id: -1 })
  // what goes on under another firm once one on the demand side became part of it
  .index({ demandCompanyIds: 1, status: 1 })
  // fundingDuplicates(projectId), fundingDuplicates(companyId)
  .index({ 'plan.companyId': 1, status: 1 })
  // Technology.demand
  .index({ 'requirements.technologyId': 1, status: 1 });

/** All projects. */
export function projectsOf(connection: Connection): Model<ProjectRecord> {
  return modelOf<ProjectRecord>(connection, 'projects', projectSchema);
}

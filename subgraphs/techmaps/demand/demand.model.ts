import { Schema, type Connection, type Model } from 'mongoose';

import type { Followed } from '#kit/facts.ts';
import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { OpenProjectFact, ProjectFact } from '#schema/facts.ts';

/** What this subgraph keeps of a project, as consortia tells it. */
export interface ProjectRecord
  extends Followed, Partial<Pick<ProjectFact, 'status' | 'sector' | 'requirements' | 'memberIds'>> {
  /** Whether the project still needs what it asks for. */
  running?: boolean;
}

const projectSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    gone: { type: Boolean, required: true },
    running: { type: Boolean },
    status: { type: String },
    sector: { type: String },
    memberIds: { type: [String], default: undefined },
    requirements: {
      type: [
        new Schema(
          {
            technologyId: { type: String, required: true },
            level: { type: Number, required: true },
            providers: { type: Number, required: true },
            mandatory: { type: Boolean, required: true },
          },
          { _id: false, versionKey: false, id: false, strict: 'throw' },
        ),
      ],
      default: undefined,
    },
  },
  { ...plainSchema, collection: 'projects' },
)
  // what running projects need of a technology
  .index({ 'requirements.technologyId': 1, running: 1 });

/** The projects that are known here: a read model of another subgraph's facts. */
export function projectsOf(connection: Connection): Model<ProjectRecord> {
  return modelOf<ProjectRecord>(connection, 'projects', projectSchema);
}

/** What this subgraph keeps of a project that is drafted or forms its team: seen by the secretariat alone, and no demand yet. */
export interface OpenProjectRecord extends Followed, Partial<OpenProjectFact> {}

const openProjectSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    gone: { type: Boolean, required: true },
    requirements: {
      type: [
        new Schema(
          {
            technologyId: { type: String, required: true },
            level: { type: Number, required: true },
          },
          { _id: false, versionKey: false, id: false, strict: 'throw' },
        ),
      ],
      default: undefined,
    },
  },
  { ...plainSchema, collection: 'openprojects' },
)
  // what a new version has to list
  .index({ 'requirements.technologyId': 1, gone: 1 });

/** The projects that are drafted or form their teams: a read model of another subgraph's facts. */
export function openProjectsOf(connection: Connection): Model<OpenProjectRecord> {
  return modelOf<OpenProjectRecord>(connection, 'openprojects', openProjectSchema);
}

/** What projects need of a technology. */
export interface Need {
  projects: number;
  /** Independent providers in all. */
  places: number;
  /** Places by least level, keys `1` to `9`. */
  levels: { [level: string]: number };
  /** Providers of the largest single requirement, by least level, keys `1` to `9`. */
  largest: { [level: string]: number };
}

/** What running projects need of a technology: counted anew whenever a project that names it changes. */
export interface DemandRecord extends Need {
  /** Technology id. */
  _id: string;
  /** By sector of the projects. */
  sectors: { [sector: string]: Need };
  /** Whether a project changed that the counts do not know yet. */
  due: boolean;
}

const demandSchema = new Schema(
  {
    _id: { type: String, required: true },
    projects: { type: Number, required: true },
    places: { type: Number, required: true },
    levels: { type: Schema.Types.Mixed, required: true },
    largest: { type: Schema.Types.Mixed, required: true },
    sectors: { type: Schema.Types.Mixed, required: true },
    due: { type: Boolean, required: true },
  },
  { ...plainSchema, collection: 'demands' },
)
  // what is left to count
  .index({ due: 1 }, { partialFilterExpression: { due: true } })
  // technologyGaps
  .index({ places: 1 });

/** What running projects need of each technology. */
export function demandsOf(connection: Connection): Model<DemandRecord> {
  return modelOf<DemandRecord>(connection, 'demands', demandSchema);
}

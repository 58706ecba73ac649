import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** Firms by level, keys `1` to `9`; a level that no firm ever had is missing. */
export interface LevelCounts {
  [level: string]: number;
}

/** How many firms there are, and at which levels. */
export interface FirmCount {
  firms: number;
  levels: LevelCounts;
}

/** How many firms supply a technology: a count kept by `recount`, so that reading it costs the same at any size. */
export interface SupplyRecord extends FirmCount {
  /** Technology id. */
  _id: string;
  /** Firms by the level that they declare in the technology itself: as many as there are capabilities of firms that take part. */
  declared: LevelCounts;
  /** Levels from which up there is one firm alone. */
  soleAt: number[];
}

/** Supply of a technology that no firm ever had. */
export function noSupply(_id: string): SupplyRecord {
  return { _id, firms: 0, levels: {}, declared: {}, soleAt: [] };
}

const supplySchema = new Schema(
  {
    _id: { type: String, required: true },
    firms: { type: Number, required: true },
    levels: { type: Schema.Types.Mixed, required: true },
    declared: { type: Schema.Types.Mixed, required: true },
    soleAt: { type: [Number], required: true },
  },
  { ...plainSchema, collection: 'supplies' },
)
  // soleSuppliers
  .index({ soleAt: 1 });

/** How many firms supply each technology. */
export function suppliesOf(connection: Connection): Model<SupplyRecord> {
  return modelOf<SupplyRecord>(connection, 'supplies', supplySchema);
}

/**
 * The same, broken down: apart from the whole, because pages that show many technologies read the whole alone, and
 * this is many times as large.
 */
export interface BreakdownRecord {
  /** Technology id. */
  _id: string;
  /** By sector code; missing where no firm ever had a sector. */
  sectors?: { [sector: string]: FirmCount };
  /** By region; missing where no firm ever had one. */
  regions?: { [region: string]: FirmCount };
}

const breakdownSchema = new Schema(
  {
    _id: { type: String, required: true },
    sectors: { type: Schema.Types.Mixed },
    regions: { type: Schema.Types.Mixed },
  },
  { ...plainSchema, collection: 'supplybreakdowns' },
);

/** How many firms of each sector and region supply each technology. */
export function breakdownsOf(connection: Connection): Model<BreakdownRecord> {
  return modelOf<BreakdownRecord>(connection, 'supplybreakdowns', breakdownSchema);
}

/** What one firm adds to the counts, remembered so that exactly that can be taken away again. */
export interface FootprintRecord {
  /** Company id. */
  _id: string;
  /** Technologies in which the firm is counted, each with the level it is counted at, and the one it declares there; 0 for none. */
  counted: { technologyId: string; level: number; declared: number }[];
  /** In what it is counted besides the whole: `sectors.finance`, `regions.KR-11`. */
  groups: string[];
  /** Whether something changed that the counts do not know yet. */
  due: boolean;
  revision: number;
}

const footprintSchema = new Schema(
  {
    _id: { type: String, required: true },
    counted: {
      type: [
        new Schema(
          {
            technologyId: { type: String, required: true },
            level: { type: Number, required: true },
            declared: { type: Number, required: true },
          },
          { _id: false, versionKey: false, id: false, strict: 'throw' },
        ),
      ],
      required: true,
    },
    groups: { type: [String], required: true },
    due: { type: Boolean, required: true },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'footprints' },
)
  // what is left to count
  .index({ due: 1 }, { partialFilterExpression: { due: true } });

/** What each firm adds to the counts. */
export function footprintsOf(connection: Connection): Model<FootprintRecord> {
  return modelOf<FootprintRecord>(connection, 'footprints', footprintSchema);
}

/** A technology whose firms are to be counted anew, kept until all of them are marked. */
export interface DueTechnologyRecord {
  /** Technology id. */
  _id: string;
  /** Counts how often it became due: marks are taken away only as they were read. */
  revision: number;
}

const dueTechnologySchema = new Schema(
  { _id: { type: String, required: true }, revision: { type: Number, required: true } },
  { ...plainSchema, collection: 'duetechnologies' },
);

/** Technologies whose firms are to be counted anew. */
export function dueTechnologiesOf(connection: Connection): Model<DueTechnologyRecord> {
  return modelOf<DueTechnologyRecord>(connection, 'duetechnologies', dueTechnologySchema);
}

import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

import type { Placed } from '../placement/placement.model.ts';
import { contentFields } from './content.model.ts';

/** A technology: what stays the same over versions, with what the newest published version says of it. */
export interface TechnologyRecord extends Placed {
  _id: string;
  mapId: string;
  /** Where it was imported from; null when it was made here. */
  origin: { source: string; externalId: string } | null;
  /** Whether any published version has it; others are seen in drafts alone. */
  published: boolean;
  /** Whether the newest published version has it. */
  current: boolean;
  /** The version that left it out; null while it is current, or before it was published. */
  retiredById: string | null;
}

/** A technology with what it is found by. */
export interface IndexedTechnology extends TechnologyRecord {
  /** Search forms of its names, aliases and code. */
  forms: string[];
  /** Every one and two characters of the forms. */
  grams: string[];
}

/** A page of technologies. */
export type TechnologyPage = Page<TechnologyRecord>;

const schema = new Schema(
  {
    _id: { type: String, required: true },
    mapId: { type: String, required: true },
    origin: {
      type: new Schema(
        { source: { type: String, required: true }, externalId: { type: String, required: true } },
        { _id: false, versionKey: false, id: false, strict: 'throw' },
      ),
      default: null,
    },
    published: { type: Boolean, required: true },
    current: { type: Boolean, required: true },
    retiredById: { type: String, default: null },
    ...contentFields,
    forms: { type: [String], required: true },
    grams: { type: [String], required: true },
  },
  { ...plainSchema, collection: 'technologies' },
)
  .index({ code: 1 }, { unique: true })
  // An import finds again what it brought.
  .index(
    { mapId: 1, 'origin.source': 1, 'origin.externalId': 1 },
    { unique: true, partialFilterExpression: { 'origin.source': { $exists: true } } },
  )
  // technologies(filter: { text })
  .index({ grams: 1 })
  // technologies without a filter, and with retired ones
  .index({ current: 1, code: 1, _id: 1 })
  .index({ published: 1, code: 1, _id: 1 })
  // technologies(filter: { mapId }), TechMap.roots
  .index({ mapId: 1, code: 1, _id: 1 })
  // technologies(filter: { parentId }), Technology.children
  .index({ parentId: 1, code: 1, _id: 1 })
  // technologies(filter: { withinId })
  .index({ ancestorIds: 1, code: 1, _id: 1 });

/** The technologies of every map. */
export function technologiesOf(connection: Connection): Model<IndexedTechnology> {
  return modelOf<IndexedTechnology>(connection, 'technologies', schema);
}

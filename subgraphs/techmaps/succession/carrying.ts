/** What it takes to carry capabilities and requirements over into a new version. */
import type { Connection, Model } from 'mongoose';

import type { Publishing } from '../capability/publication.ts';
import type { DemandRecord, OpenProjectRecord, ProjectRecord } from '../demand/demand.model.ts';
import type { SuccessionRecord } from './succession.model.ts';
import type { ItemRecord, TransitionRecord } from './transition.model.ts';

/** What carrying out needs of a context, so that it also runs between requests. */
export interface Carrying extends Publishing {
  connection: Connection;
  successions: Model<SuccessionRecord>;
  transitions: Model<TransitionRecord>;
  items: Model<ItemRecord>;
  projects: Model<ProjectRecord>;
  openProjects: Model<OpenProjectRecord>;
  demands: Model<DemandRecord>;
}

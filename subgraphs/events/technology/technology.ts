/** What technology maps tell about technologies, as far as events need it: the tree alone. */
import type { Connection, Model } from 'mongoose';

import { nodesOf, type NodeRecord } from '#kit/tree.ts';

/** A technology as the graph names it here. */
export interface TechnologyKey {
  id: string;
}

/** Technologies that events may be about. */
export function technologiesOf(connection: Connection): Model<NodeRecord> {
  return nodesOf(connection, 'technologies');
}

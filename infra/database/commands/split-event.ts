// Events that are larger than a document may be: split into fragments, or refused.
import type { Document, Value } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import { refuse } from '../refusal.ts';
import { resumeToken } from './change-event.ts';

/** MongoDB's largest document that it makes itself. */
const MOST_BYTES = 16 * 1024 * 1024 + 16 * 1024;
/** Room for a fragment's token and number. */
const HEAD_BYTES = 256;

const FATAL = ['NonResumableChangeStreamError'];

/** The stage that has large events split; it comes last. */
export const SPLIT_STAGE = '$changeStreamSplitLargeEvent';

/**
 * Whether a stream splits large events.
 *
 * @throws {CommandRefusal} 7182800 and 7182802 for a stage with settings, or not at the end
 */
export function readsSplit(stages: readonly Document[]): boolean {
  const place = stages.findIndex((stage) => stage.has(SPLIT_STAGE));
  if (place === -1) return false;
  const spec = stages[place]?.get(SPLIT_STAGE);
  if (!(spec instanceof Map) || spec.size > 0)
    throw refuse(7_182_800, `${SPLIT_STAGE} spec should be an empty object`);
  if (place !== stages.length - 1)
    throw refuse(7_182_802, `${SPLIT_STAGE} must be the last stage in the pipeline`);
  return true;
}

/**
 * An event as it is sent: whole, or in fragments, the smallest fields first.
 *
 * @param position of the event in the log
 * @throws {CommandRefusal} 10334 for one that is too large and is not to be split
 */
export function partsOf(event: Document, position: number, isSplit: boolean): Buffer[] {
  const whole = writeDocument(event);
  if (whole.length <= MOST_BYTES) return [whole];
  if (!isSplit)
    throw refuse(
      10_334,
      `Size of the change event is ${whole.length}, more than ${MOST_BYTES} bytes. Use ${SPLIT_STAGE}.`,
      { labels: FATAL },
    );
  const groups = grouped(event);
  return groups.map((fields, index) =>
    writeDocument(
      new Map<string, Value>([
        ['_id', resumeToken(position, false, index + 1)],
        ['splitEvent', new Map<string, Value>([['fragment', index + 1], ['of', groups.length]])], // prettier-ignore
        ...fields,
      ]),
    ),
  );
}

/** The fields of an event but its token, in as few groups as hold them in the order of their sizes. */
function grouped(event: Document): [string, Value][][] {
  const sized = [...event]
    .filter(([name]) => name !== '_id')
    .map(([name, value]) => ({
      field: [name, value] as [string, Value],
      bytes: writeDocument(new Map([[name, value]])).length,
    }))
    .toSorted((a, b) => a.bytes - b.bytes);
  const groups: [string, Value][][] = [];
  let room = 0;
  for (const { field, bytes } of sized) {
    if (bytes > room || groups.length === 0) {
      groups.push([]);
      room = MOST_BYTES - HEAD_BYTES;
    }
    groups.at(-1)?.push(field);
    room -= bytes;
  }
  return groups;
}

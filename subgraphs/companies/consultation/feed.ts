/** What is written in a consultation, as it is written. */
import { decodeCursor, encodeCursor } from '#kit/page.ts';
import { forbid, signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { belongs } from './access.ts';
import type { ConsultationMessageRecord, ConsultationRecord } from './consultation.model.ts';
import { placeBehind } from './reading.ts';

const batchSize = 100;
/** How long a follower sleeps at most before it looks whether it may still follow, in milliseconds. */
const longestSleep = 30_000;

/** The cursor of a message in the feed. */
export function cursorOf({ number }: Pick<ConsultationMessageRecord, 'number'>): string {
  return encodeCursor([number]);
}

/**
 * Everything written behind a cursor, then what is written from now on: nothing twice, nothing missed. A member of either
 * firm may; before each message it is asked again whether they still are, and the feed ends when they are not.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT
 */
export async function followMessages(
  context: Context,
  { consultationId, after }: { consultationId: string; after?: string | null | undefined },
): Promise<AsyncIterableIterator<ConsultationMessageRecord>> {
  signedIn(context.viewer);
  const consultation = await context.consultations
    .findById(consultationId)
    .lean<ConsultationRecord | null>();
  if (!consultation || !(await belongs(context, consultation))) refuse();
  const given = after == null ? null : decodeCursor(after, 1)[0];
  return leavable(context, consultation, placeBehind(given, consultation.lastNumber));
}

/** Messages that follow a place one by one; a gap is a commit that a reading ran past, and ends it. */
export function unbroken<Message extends { number: number }>(
  messages: readonly Message[],
  place: number,
): Message[] {
  return messages.filter(({ number }, index) => number === place + 1 + index);
}

/** An iterator that can be left while it waits: a generator's own `return` would wait for the next message first. */
function leavable(
  context: Context,
  consultation: ConsultationRecord,
  place: number,
): AsyncIterableIterator<ConsultationMessageRecord> {
  const bed = new Bed();
  const forget = context.wakes.on(consultation._id, () => bed.wake());
  const messages = follow(context, consultation, place, bed);
  const leave = () => {
    forget();
    bed.end();
  };
  return {
    next: async () => {
      const next = await messages.next().catch((error: unknown) => {
        leave();
        throw error;
      });
      if (next.done) leave();
      return next;
    },
    return: () => {
      leave();
      return messages.return(undefined);
    },
    throw: (error: unknown) => {
      leave();
      return messages.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* follow(
  context: Context,
  consultation: ConsultationRecord,
  from: number,
  bed: Bed,
): AsyncGenerator<ConsultationMessageRecord, undefined> {
  let place = from;
  while (!bed.ended && !context.wakes.stopping()) {
    const found = await context.consultationMessages
      .find({ consultationId: consultation._id, number: { $gt: place } })
      .sort({ number: 1 })
      .limit(batchSize)
      .readConcern('majority')
      .lean<ConsultationMessageRecord[]>();
    const sure = unbroken(found, place);
    if (sure.length === 0 && !(await belongs(context, consultation))) refuse();
    for (const message of sure) {
      if (bed.ended) return undefined;
      if (!(await belongs(context, consultation))) refuse();
      place = message.number;
      yield message;
    }
    // Behind a gap there is something already: it is read again at once.
    if (found.length === 0) await bed.sleep();
  }
  return undefined;
}

function refuse(): never {
  return forbid('Only members of the two companies may follow this.');
}

/** Where a follower sleeps; a wake that comes while it is awake is kept for its next sleep. */
class Bed {
  ended = false;
  #woken = false;
  #rise: (() => void) | null = null;

  wake(): void {
    this.#woken = true;
    this.#rise?.();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  async sleep(): Promise<void> {
    if (!this.#woken) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#rise = resolve;
        timer = setTimeout(resolve, longestSleep);
      });
      clearTimeout(timer);
    }
    this.#woken = false;
    this.#rise = null;
  }
}

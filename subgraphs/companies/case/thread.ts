/** What is written in a case: three threads that nobody but their own people sees. */
import { newId } from '#kit/id.ts';
import type { GivenFile } from '#kit/media.ts';
import { findPage, badInput, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import { fileProblems, keepFiles } from '../attachment/attachment.ts';
import { messageText } from '../consultation/consultation-form.ts';
import type { Context } from '../context.ts';
import { countToday } from '../tally/tally.ts';
import { ownCase, seesThread, shownTo, type ShownCase } from './access.ts';
import type { CaseMessagePage, CaseMessageRecord, CaseRecord, CaseThread } from './case.model.ts';

const longestText = 20_000;

/** What is wrong with a passage. */
export function passageProblems(text: string, field: string, longest = longestText): Problem[] {
  const { length } = Array.from(text);
  if (length >= 1 && length <= longest) return [];
  const message = `This has 1 to ${longest.toLocaleString('en')} characters.`;
  const detail = { rule: 'LENGTH', limit: String(longest), found: String(length) };
  return [problem('INVALID', message, [field], detail)];
}

/** A message that is handed in. */
export interface NewCaseMessage {
  text: string;
  files: GivenFile[];
}

/**
 * Writes in a thread of a case: the reporter and the accused firm's owners in theirs, the secretariat in each.
 *
 * @throws {Refusal} NOT_FOUND (id, thread), WRONG_STATE (id), INVALID (text, files), LIMIT_REACHED
 */
export async function writeToCase(
  context: Context,
  given: NewCaseMessage & { id: string; thread: CaseThread },
): Promise<{ case: ShownCase | null; message: CaseMessageRecord }> {
  const { userId } = signedIn(context.viewer);
  const shown = await ownCase(context, given.id);
  if (!seesThread(shown, given.thread))
    throw refusal('NOT_FOUND', 'There is no such thread.', ['thread']);
  const side = shown.stands.includes('SECRETARIAT') ? 'SECRETARIAT' : given.thread;
  if (side === 'INTERNAL') throw refusal('NOT_FOUND', 'There is no such thread.', ['thread']);
  const author = { side, authorId: userId, thread: given.thread } as const;
  const of = `messages ${userId}`;
  const message = await addMessage(context, shown.record, { ...given, ...author, of });
  const record = await context.cases.findById(given.id).lean<CaseRecord | null>();
  return { case: record && (await shownTo(context, record)), message };
}

/** What a message is added with. */
export type AddedMessage = NewCaseMessage &
  Pick<CaseMessageRecord, 'thread' | 'side' | 'authorId'> & {
    /** Whose messages of the day it counts to. */
    of: string;
  };

/** Adds a message to a case that is not closed. */
export async function addMessage(
  context: Context,
  record: CaseRecord,
  { thread, side, authorId, of, ...given }: AddedMessage,
): Promise<CaseMessageRecord> {
  if (record.state === 'CLOSED')
    throw refusal('WRONG_STATE', 'This case is closed.', ['id'], {
      rule: 'STATE',
      found: 'CLOSED',
    });
  const text = messageText(given.text);
  refuseAny([
    ...(text === '' && given.files.length > 0 ? [] : passageProblems(text, 'text')),
    ...fileProblems(context, given.files),
  ]);
  const limit = context.config.messagesADay;
  await countToday(context, { of, limit, rule: 'MESSAGES_A_DAY', path: ['text'] });
  const files = await keepFiles(context, given.files);
  const numbered = await context.cases
    .findOneAndUpdate({ _id: record._id }, { $inc: { lastNumber: 1 } }, { returnDocument: 'after' })
    .lean<CaseRecord | null>();
  const message: CaseMessageRecord = {
    _id: newId(),
    caseId: record._id,
    thread,
    number: numbered?.lastNumber ?? 0,
    side,
    authorId,
    text,
    files,
    at: new Date(),
  };
  await context.caseMessages.create([message]);
  return message;
}

/**
 * A thread of a case, the last first.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a thread that the viewer has no part in
 */
export function findThread(
  { caseMessages }: Context,
  shown: ShownCase,
  thread: CaseThread,
  page: PageRequest,
): Promise<CaseMessagePage> {
  if (!seesThread(shown, thread)) throw badInput('You have no part in this thread.');
  return findPage(caseMessages, { caseId: shown.record._id, thread }, [['number', -1]], page);
}

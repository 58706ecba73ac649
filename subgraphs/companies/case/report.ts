/** Reports of misconduct: with a name, or without one and followed by a receipt code. */
import { refuseUnfitKey, usedKey } from '#kit/answer.ts';
import { newId } from '#kit/id.ts';
import { isId } from '#kit/id.ts';
import type { GivenFile } from '#kit/media.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { signedIn, visitor } from '#kit/viewer.ts';
import { fileProblems, keepFiles } from '../attachment/attachment.ts';
import { messageText } from '../consultation/consultation-form.ts';
import type { Context } from '../context.ts';
import { countToday } from '../tally/tally.ts';
import type { ShownCase } from './access.ts';
import type { CaseMessageRecord, CaseRecord, MisconductKind } from './case.model.ts';
import {
  inputDigest,
  keyDigest,
  newReceiptCode,
  openCode,
  receiptDigest,
  sealCode,
} from './receipt.ts';
import { addMessage, passageProblems, type NewCaseMessage } from './thread.ts';

/** What is reported. */
export interface Report {
  companyId: string;
  kind: MisconductKind;
  projectId?: string | null | undefined;
  title: string;
  text: string;
  files: GivenFile[];
}

/**
 * Whoever asks becomes nobody, in a request of its own: neither the audit log nor anything that is stored can say who
 * reported.
 */
export function unnamed<Of extends Context>(context: Of): Of {
  return { ...context, viewer: visitor(newId()) };
}

/**
 * Reports misconduct with one's name. Any user may, so often a day.
 *
 * @throws {Refusal} NOT_FOUND (companyId), INVALID, LIMIT_REACHED
 */
export async function reportMisconduct(context: Context, report: Report): Promise<ShownCase> {
  const { userId } = signedIn(context.viewer);
  const given = await checked(context, report);
  await countReport(context, `reports ${userId}`);
  const record = await keepReport(context, given, { reporterId: userId, receiptDigest: null });
  return { record, stands: ['REPORTER'] };
}

/**
 * Reports misconduct without a name. Anybody may; so many a day are taken against one firm.
 *
 * @returns the case and the code to follow it with; a repeat under the same idempotency key gives the same ones
 * @throws {Refusal} NOT_FOUND (companyId), INVALID, LIMIT_REACHED, TAKEN (idempotencyKey)
 */
export async function reportAnonymously(
  context: Context,
  { idempotencyKey, ...report }: Report & { idempotencyKey?: string | null | undefined },
): Promise<{ case: ShownCase; receiptCode: string }> {
  if (idempotencyKey == null) return newAnonymous(context, report);
  refuseUnfitKey(idempotencyKey);
  const _id = keyDigest(idempotencyKey);
  const input = inputDigest(report);
  const earlier = await context.receiptTickets.findById(_id).lean();
  if (earlier && earlier.input !== input) throw usedKey();
  const known = earlier && (await context.cases.findById(earlier.caseId).lean<CaseRecord | null>());
  if (known)
    return {
      case: { record: known, stands: ['REPORTER'] },
      receiptCode: openCode(earlier.sealed, idempotencyKey),
    };
  const made = await newAnonymous(context, report);
  const sealed = sealCode(made.receiptCode, idempotencyKey);
  const ticket = { _id, input, caseId: made.case.record._id, sealed, at: new Date() };
  // Two racing repeats meet here: one conflicts, runs again and finds the other's ticket.
  await context.receiptTickets.create([ticket]);
  return made;
}

/** The case of a receipt code; null when there is none. Whoever has the code may. */
export async function findByReceipt(
  { cases }: Pick<Context, 'cases'>,
  code: string,
): Promise<ShownCase | null> {
  const record = await cases
    .findOne({ receiptDigest: receiptDigest(code) })
    .lean<CaseRecord | null>();
  return record && { record, stands: ['REPORTER'] };
}

/**
 * Writes to the secretariat in the case of a receipt code. Whoever has the code may.
 *
 * @throws {Refusal} NOT_FOUND (code), WRONG_STATE (id), INVALID (text, files), LIMIT_REACHED
 */
export async function writeAnonymously(
  context: Context,
  { code, ...given }: NewCaseMessage & { code: string },
): Promise<{ case: ShownCase; message: CaseMessageRecord }> {
  const found = await findByReceipt(context, code);
  if (!found) throw refusal('NOT_FOUND', 'There is no case of this code.', ['code']);
  const author = { thread: 'REPORTER', side: 'REPORTER', authorId: null } as const;
  const of = `case messages ${found.record._id}`;
  const message = await addMessage(context, found.record, { ...given, ...author, of });
  return { case: found, message };
}

async function newAnonymous(
  context: Context,
  report: Report,
): Promise<{ case: ShownCase; receiptCode: string }> {
  const given = await checked(context, report);
  await countReport(context, `reports against ${report.companyId}`);
  const receiptCode = newReceiptCode();
  const by = { reporterId: null, receiptDigest: receiptDigest(receiptCode) };
  const record = await keepReport(context, given, by);
  return { case: { record, stands: ['REPORTER'] }, receiptCode };
}

async function checked(context: Context, report: Report): Promise<Report> {
  const title = tidy(report.title);
  const text = messageText(report.text);
  refuseAny([
    ...passageProblems(title, 'title', 200),
    ...passageProblems(text, 'text'),
    ...fileProblems(context, report.files),
    ...projectProblems(report.projectId),
    ...(await firmProblems(context, report.companyId)),
  ]);
  return { ...report, title, text };
}

/** A project is named, not looked up: a report may be about one that nobody was told of. */
function projectProblems(projectId: string | null | undefined): Problem[] {
  return projectId == null || isId(projectId)
    ? []
    : [problem('INVALID', 'This is no id of a project.', ['projectId'])];
}

/** Any firm that was ever approved can be reported, whatever became of it. */
async function firmProblems({ companies }: Context, companyId: string): Promise<Problem[]> {
  const firm = await companies.findById(companyId).lean();
  return firm && firm.status !== 'PENDING'
    ? []
    : [problem('NOT_FOUND', 'There is no such company.', ['companyId'])];
}

function countReport(context: Context, of: string): Promise<void> {
  const limit = context.config.reportsADay;
  return countToday(context, { of, limit, rule: 'REPORTS_A_DAY', path: ['companyId'] });
}

async function keepReport(
  context: Context,
  report: Report,
  by: Pick<CaseRecord, 'reporterId' | 'receiptDigest'>,
): Promise<CaseRecord> {
  const at = new Date();
  const record: CaseRecord = {
    _id: newId(),
    revision: 1,
    companyId: report.companyId,
    ...by,
    kind: report.kind,
    projectId: report.projectId ?? null,
    title: report.title,
    state: 'RECEIVED',
    receivedAt: at,
    history: [{ state: 'RECEIVED', at }],
    lastNumber: 1,
    charge: null,
    hearing: null,
    decision: null,
    appeal: null,
    dismissedBecause: null,
  };
  const files = await keepFiles(context, report.files);
  await context.cases.create([record]);
  const message: CaseMessageRecord = {
    _id: newId(),
    caseId: record._id,
    thread: 'REPORTER',
    number: 1,
    side: 'REPORTER',
    authorId: by.reporterId,
    text: report.text,
    files,
    at,
  };
  await context.caseMessages.create([message]);
  return record;
}

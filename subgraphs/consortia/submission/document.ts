/** Documents of a project: uploaded before it is submitted, fixed afterwards. */
import { refuseUnclean } from '#kit/file-store.ts';
import { newId } from '#kit/id.ts';
import { readGiven } from '#kit/media.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import { callStatus } from '../call/state.ts';
import type { Context } from '../context.ts';
import type { DocumentRule } from '../programme/rules.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { stateAfter } from '#kit/steps.ts';
import type { DocumentRecord } from './document.model.ts';

const codeForm = /^[A-Z][A-Z0-9_]{1,39}$/;
const documentsLimit = 50;

/** A document as a client gives it. */
export interface GivenDocument {
  projectId: string;
  code: string;
  fileName: string;
  /** Base64. */
  content: string;
}

/**
 * Stores a document of a project that is not submitted. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId; content with rule SCANNER_AWAY), EXPIRED (projectId) once the call is closed, INVALID (code, fileName,
 * content; rules SIZE, MEDIA_TYPE, SCAN), LIMIT_REACHED (code)
 */
export async function uploadDocument(
  context: Context,
  given: GivenDocument,
): Promise<DocumentRecord> {
  const { viewer, documents, store, log } = context;
  const { userId } = signedIn(viewer);
  const project = await projectToLead(context, given.projectId, ['projectId']);
  stateAfter(projectSteps, project.status, 'document', ['projectId']);
  await refuseClosed(context, project, ['projectId']);
  const file = readFile(given, context.config.DOCUMENT_BYTES);
  await refuseUnclean(store, file.bytes, ['content'], log);
  const others = await documents.countDocuments({
    projectId: project._id,
    code: { $ne: given.code },
  });
  if (others >= documentsLimit)
    throw refusal('LIMIT_REACHED', `A project has up to ${documentsLimit} documents.`, ['code'], {
      rule: 'DOCUMENTS_MOST',
      limit: String(documentsLimit),
      found: String(others + 1),
    });
  const record: DocumentRecord = {
    _id: newId(),
    projectId: project._id,
    code: given.code,
    fileName: file.name,
    mediaType: file.mediaType,
    size: file.bytes.length,
    sha256: await store.put(file.bytes),
    uploadedBy: userId,
    uploadedAt: new Date(),
  };
  await touch(context, project);
  await documents.deleteOne({ projectId: project._id, code: given.code });
  await documents.create([record]);
  return record;
}

/** A file's bytes and kind, checked. */
export function readFile(given: Omit<GivenDocument, 'projectId'>, mostBytes: number) {
  const { file, faults } = readGiven(given, mostBytes);
  refuseAny([
    ...(codeForm.test(given.code)
      ? []
      : [
          problem('INVALID', 'A code is 2 to 40 of A-Z, 0-9 and _.', ['code'], {
            rule: 'CODE_FORM',
            limit: codeForm.source,
            found: given.code.slice(0, 60),
          }),
        ]),
    ...faults,
  ]);
  return file;
}

/**
 * Takes a document out of a project that is not submitted. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (documentId), WRONG_STATE (documentId), EXPIRED (documentId) once the call is closed
 */
export async function removeDocument(
  context: Context,
  given: { documentId: string },
): Promise<ProjectRecord> {
  signedIn(context.viewer);
  const path = ['documentId'];
  const document = await context.documents.findById(given.documentId).lean<DocumentRecord>();
  if (!document) throw refusal('NOT_FOUND', 'There is no such document.', path);
  const project = await projectToLead(context, document.projectId, path);
  stateAfter(projectSteps, project.status, 'document', path);
  await refuseClosed(context, project, path);
  await touch(context, project);
  await context.documents.deleteOne({ _id: document._id });
  return project;
}

/**
 * Nothing changes for a call that closed before the request arrived, also where the project was not handed in.
 *
 * @throws {Refusal} EXPIRED at `path` (rule CLOSES)
 */
async function refuseClosed(
  { calls, arrivedAt }: Context,
  { callId }: ProjectRecord,
  path: string[],
): Promise<void> {
  const call = callId === null ? null : await calls.findById(callId).lean<CallRecord>();
  if (!call || callStatus(call, arrivedAt) !== 'CLOSED') return;
  throw refusal('EXPIRED', 'The call is closed.', path, {
    rule: 'CLOSES',
    limit: call.closesAt.toISOString(),
    found: arrivedAt.toISOString(),
  });
}

/** A submission at the same moment writes the same project: one of the two goes first, and the other sees it. */
async function touch({ projects }: Context, { _id }: ProjectRecord): Promise<void> {
  await projects.updateOne({ _id }, { $inc: { documentsTouched: 1 } });
}

/** A project's documents by code, for those who take part, its reviewers and the secretariat. */
export async function findDocuments(
  context: Context,
  project: ProjectRecord,
): Promise<DocumentRecord[]> {
  const { viewer, loaders } = context;
  if (!isParticipant(viewer, project)) {
    const reviewing = await loaders.reviewingUsers.load(project._id);
    if (viewer.userId === null || !reviewing.includes(viewer.userId)) return [];
  }
  return loaders.documentsIn.load(project._id);
}

/** The bytes of a document in base64. */
export async function contentOf({ store }: Context, { sha256 }: DocumentRecord): Promise<string> {
  return (await store.get(sha256)).toString('base64');
}

/** What a call asks for and what is there. */
export async function findChecklist(
  context: Context,
  project: ProjectRecord,
): Promise<{ rule: DocumentRule; document: DocumentRecord | null }[]> {
  if (project.callId === null || !isParticipant(context.viewer, project)) return [];
  const call = await context.loaders.call.load(project.callId);
  const there = await context.loaders.documentsIn.load(project._id);
  return (call?.rules.documents ?? []).map((rule) => ({
    rule,
    document: there.find(({ code }) => code === rule.code) ?? null,
  }));
}

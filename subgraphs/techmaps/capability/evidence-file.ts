/** Files that companies show as evidence: handed in, looked at by a scanner, read by those who judge them. */
import { newId } from '#kit/id.ts';
import { readGiven, type GivenFile } from '#kit/media.ts';
import { refusal, refuseAny } from '#kit/refusal.ts';
import { actingFor, hasRole, isIn, signedIn } from '#kit/viewer.ts';

import { companyFaults } from '../company/company.ts';
import type { Context } from '../context.ts';
import { countFaults } from '../technology/content.ts';
import type { EvidenceFileRecord } from './evidence-file.model.ts';

/**
 * Keeps a file for the company's capabilities to name; the same bytes under the same name are kept once. For its editors
 * and owners.
 *
 * @throws {Refusal} INVALID (fileName, content; rules SIZE, MEDIA_TYPE, SCAN), LIMIT_REACHED (companyId), NOT_FOUND or
 *   WRONG_STATE (companyId)
 */
export async function uploadEvidence(
  context: Context,
  { companyId, ...given }: GivenFile & { companyId: string },
): Promise<EvidenceFileRecord> {
  const { userId } = actingFor(context.viewer, companyId, 'EDITOR');
  const { config, store, evidenceFiles } = context;
  const { file, faults } = readGiven(given, config.fileBytes);
  refuseAny([...(await companyFaults(context, companyId)), ...faults]);
  if (!(await store.isClean(file.bytes)))
    throw refusal('INVALID', 'A scanner refuses this file.', ['content'], { rule: 'SCAN' });
  const sha256 = await store.put(file.bytes);
  const { name: fileName, mediaType, bytes } = file;
  const there = await evidenceFiles.findOne({ companyId, sha256, fileName }).lean();
  if (there) return there;
  const count = await evidenceFiles.countDocuments({ companyId });
  refuseAny(countFaults(count + 1, config.fileLimit, ['companyId']));
  const record = {
    _id: newId(),
    companyId,
    fileName,
    mediaType,
    size: bytes.length,
    sha256,
    uploadedAt: new Date(),
    uploadedBy: userId,
  };
  await evidenceFiles.create([record]);
  return record;
}

/**
 * The bytes of a file in base64; null when there is none, or it is not the viewer's to read: its company's people,
 * reviewers and the secretariat read it, and nobody else.
 */
export async function findEvidenceContent(
  { viewer, loaders, store }: Context,
  id: string,
): Promise<string | null> {
  signedIn(viewer);
  const file = await loaders.evidenceFile.load(id);
  if (!file) return null;
  const judges = hasRole(viewer, 'REVIEWER') || hasRole(viewer, 'SECRETARIAT');
  if (!judges && !isIn(viewer, file.companyId, 'VIEWER')) return null;
  return (await store.get(file.sha256)).toString('base64');
}

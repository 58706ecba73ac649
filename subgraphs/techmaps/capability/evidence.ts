/** What a company shows for what it can do, and the limits of that. */
import { problem, type Problem } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';

import { countFaults, lengthFaults, urlFaults } from '../technology/content.ts';

/** What a piece of evidence is. */
export const evidenceKinds = ['LINK', 'FILE', 'CERTIFICATE', 'PROJECT'] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

/** A piece of evidence; at least one of its texts is there. */
export interface Evidence {
  kind: EvidenceKind;
  title: string | null;
  url: string | null;
  note: string | null;
  /** Of `evidencefiles`. */
  fileId: string | null;
  certificateScheme: string | null;
  projectId: string | null;
}

/** Evidence as a client gives it. */
export interface EvidenceInput {
  kind: EvidenceKind;
  title?: string | null | undefined;
  url?: string | null | undefined;
  note?: string | null | undefined;
  fileId?: string | null | undefined;
  certificateScheme?: string | null | undefined;
  projectId?: string | null | undefined;
}

/** Which kind of evidence may name what. */
const referring = {
  fileId: 'FILE',
  certificateScheme: 'CERTIFICATE',
  projectId: 'PROJECT',
} as const satisfies Partial<Record<keyof Evidence, EvidenceKind>>;

/** Limits, in characters or in how many for one capability. */
export const evidenceLimits = { count: 10, title: 200, note: 1_000 } as const;

/** Evidence as it is kept: tidied, empty texts null. */
export function tidyEvidence({ kind, title, url, note, ...named }: EvidenceInput): Evidence {
  return {
    kind,
    title: tidy(title ?? '') || null,
    url: trimmed(url),
    note: tidy(note ?? '') || null,
    fileId: trimmed(named.fileId),
    certificateScheme: trimmed(named.certificateScheme),
    projectId: trimmed(named.projectId),
  };
}

/** What a piece of evidence says, for comparing it with another; the same also for one kept before it could name things. */
export function evidenceKey(evidence: EvidenceInput): string {
  return JSON.stringify(Object.values(tidyEvidence(evidence)));
}

/** Every limit that a list of evidence breaks, each at its path below `path`. */
export function evidenceFaults(evidence: readonly Evidence[], path: string[]): Problem[] {
  return [
    ...countFaults(evidence.length, evidenceLimits.count, path),
    ...evidence.flatMap((each, index) => faults(each, [...path, String(index)])),
  ];
}

function faults({ kind, title, url, note, ...named }: Evidence, path: string[]): Problem[] {
  const references = Object.values(named);
  return [
    ...misplaced(kind, named, path),
    ...lengthFaults(title ?? '', evidenceLimits.title, [...path, 'title']),
    ...lengthFaults(note ?? '', evidenceLimits.note, [...path, 'note']),
    ...(url === null ? [] : urlFaults(url, [...path, 'url'])),
    ...missing(kind, url, [title, url, note, ...references], path),
  ];
}

function missing(
  kind: EvidenceKind,
  url: string | null,
  said: readonly (string | null)[],
  path: string[],
): Problem[] {
  if (kind === 'LINK' && !url)
    return [problem('INVALID', 'A link needs an address.', [...path, 'url'])];
  if (said.every((each) => !each))
    return [problem('INVALID', 'Evidence needs a title, an address or a note.', path)];
  return [];
}

/** A file, a certificate or a project that evidence of another kind names. */
function misplaced(
  kind: EvidenceKind,
  named: Pick<Evidence, keyof typeof referring>,
  path: string[],
): Problem[] {
  const fields = ['fileId', 'certificateScheme', 'projectId'] as const;
  return fields
    .filter((field) => named[field] !== null && referring[field] !== kind)
    .map((field) =>
      problem('INVALID', `Only evidence of kind ${referring[field]} names this.`, [...path, field]),
    );
}

function trimmed(text: string | null | undefined): string | null {
  return text?.trim() || null;
}

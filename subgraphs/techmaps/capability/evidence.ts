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
}

/** Evidence as a client gives it. */
export interface EvidenceInput {
  kind: EvidenceKind;
  title?: string | null | undefined;
  url?: string | null | undefined;
  note?: string | null | undefined;
}

/** Limits, in characters or in how many for one capability. */
export const evidenceLimits = { count: 10, title: 200, note: 1_000 } as const;

/** Evidence as it is kept: tidied, empty texts null. */
export function tidyEvidence({ kind, title, url, note }: EvidenceInput): Evidence {
  return {
    kind,
    title: tidy(title ?? '') || null,
    url: url?.trim() || null,
    note: tidy(note ?? '') || null,
  };
}

/** Every limit that a list of evidence breaks, each at its path below `path`. */
export function evidenceFaults(evidence: readonly Evidence[], path: string[]): Problem[] {
  return [
    ...countFaults(evidence.length, evidenceLimits.count, path),
    ...evidence.flatMap((each, index) => faults(each, [...path, String(index)])),
  ];
}

function faults({ kind, title, url, note }: Evidence, path: string[]): Problem[] {
  return [
    ...lengthFaults(title ?? '', evidenceLimits.title, [...path, 'title']),
    ...lengthFaults(note ?? '', evidenceLimits.note, [...path, 'note']),
    ...(url === null ? [] : urlFaults(url, [...path, 'url'])),
    ...missing(kind, [title, url, note], path),
  ];
}

function missing(
  kind: EvidenceKind,
  [title, url, note]: (string | null | undefined)[],
  path: string[],
): Problem[] {
  if (kind === 'LINK' && !url)
    return [problem('INVALID', 'A link needs an address.', [...path, 'url'])];
  if (!title && !url && !note)
    return [problem('INVALID', 'Evidence needs a title, an address or a note.', path)];
  return [];
}

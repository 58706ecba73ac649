/** How capabilities stand in a table. No storage. */
import { parseDay } from '#kit/instant.ts';

import type { CapabilityRow } from '../capability/capability-import.ts';
import { evidenceKinds, type EvidenceInput } from '../capability/evidence.ts';
import { cellLines, joinParts, splitParts } from './cell.ts';
import { FieldReader, known, type Given } from './field.ts';
import { count } from './technology-columns.ts';
import type { Columns } from './table.ts';

const names = ['companyId', 'technologyCode', 'level', 'capacity', 'since', 'evidence'] as const;

/** What evidence may name, by its kind. */
const fieldsNamed = new Map([
  ['FILE', 'fileId'],
  ['CERTIFICATE', 'certificateScheme'],
  ['PROJECT', 'projectId'],
]);
const references = [...fieldsNamed.values()];

/** Columns of a table of capabilities. */
export const capabilityColumns: Columns<CapabilityRow> = {
  names,
  cells: (row) => [
    row.companyId,
    row.technologyCode,
    String(row.level),
    row.capacity == null ? '' : String(row.capacity),
    row.since ?? '',
    (row.evidence ?? []).map(evidenceCell).join('\n'),
  ],
  given: (cells) => ({
    companyId: cells['companyId'],
    technologyCode: cells['technologyCode'],
    level: count(cells['level']),
    capacity: count(cells['capacity']),
    since: cells['since'] || null,
    evidence: cells['evidence'] === undefined ? null : cellLines(cells['evidence']).map(evidenceOf),
  }),
  object: ({ companyId, technologyCode, level, capacity, since, evidence }) =>
    known({
      companyId,
      technologyCode,
      level,
      capacity,
      since,
      evidence: (evidence ?? []).map(evidenceObject),
    }),
  read: (given, path) => {
    const reader = new FieldReader(given, path);
    reader.only(names);
    const row: CapabilityRow = {
      companyId: reader.needed('companyId', reader.text('companyId'), ''),
      technologyCode: reader.needed('technologyCode', reader.text('technologyCode'), ''),
      level: reader.needed('level', reader.whole('level'), 0),
      capacity: reader.whole('capacity'),
      since: dayOf(reader),
      evidence: reader
        .objects('evidence')
        ?.map((each, index) => readEvidence(reader, each, [...path, 'evidence', String(index)])),
    };
    return reader.problems.length > 0 ? { problems: reader.problems } : { row };
  },
};

/** An example, for a template. */
export const capabilityExamples: readonly CapabilityRow[] = [
  {
    companyId: '01941f29-7c00-7000-8000-000000000000',
    technologyCode: 'map.data.object-storage',
    level: 7,
    capacity: 2,
    since: '2024-03-01',
    evidence: [{ kind: 'LINK', title: 'Case study', url: 'https://example.org/case' }],
  },
];

function readEvidence(outer: FieldReader, given: unknown, path: string[]): EvidenceInput {
  const reader = new FieldReader(given, path);
  reader.only(['kind', 'title', 'url', 'note', ...references]);
  const evidence: EvidenceInput = {
    kind: reader.needed('kind', reader.choice('kind', evidenceKinds), 'LINK'),
    title: reader.text('title'),
    url: reader.text('url'),
    note: reader.text('note'),
    fileId: reader.text('fileId'),
    certificateScheme: reader.text('certificateScheme'),
    projectId: reader.text('projectId'),
  };
  outer.problems.push(...reader.problems);
  return evidence;
}

function evidenceOf(line: string) {
  const [kind, title = null, url = null, note = null, named = null] = splitParts(line);
  const evidence = { kind, title, url, note };
  const field = fieldsNamed.get(kind ?? '');
  // A link names nothing: what stands there is told as wrong.
  return named === null ? evidence : { ...evidence, [field ?? 'named']: named };
}

/** The parts of a cell; what is named stands last, and is left out where nothing is. */
function evidenceCell({ kind, title, url, note, ...named }: EvidenceInput): string {
  const parts = [kind, title ?? null, url ?? null, note ?? null];
  const reference = named.fileId ?? named.certificateScheme ?? named.projectId;
  return joinParts(reference == null ? parts : [...parts, reference]);
}

function evidenceObject(evidence: EvidenceInput): Given {
  const { kind, title, url, note, fileId, certificateScheme, projectId } = evidence;
  return known({ kind, title, url, note, fileId, certificateScheme, projectId });
}

function dayOf(reader: FieldReader): string | undefined {
  const day = reader.text('since');
  if (day === undefined || isDay(day)) return day;
  reader.note('since', 'A day is YYYY-MM-DD, such as 2026-11-22.');
  return undefined;
}

function isDay(text: string): boolean {
  try {
    return parseDay(text) === text;
  } catch {
    return false;
  }
}

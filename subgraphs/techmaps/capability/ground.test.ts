import { evidenceFaults, evidenceKey, tidyEvidence } from './evidence.ts';
import { groundFaults, schemesOn } from './ground.ts';

const nothing = { files: new Set<string>(), schemes: new Set<string>(), projects: new Set<string>() }; // prettier-ignore

function certificate(scheme: string, validFrom: string, validTo: string | null) {
  return { scheme, type: null, grade: null, validFrom, validTo };
}

describe('certificates of a day', () => {
  it('are those that are valid on it, first and last day included', () => {
    const certificates = [
      certificate('CSAP', '2026-01-01', '2026-06-30'),
      certificate('ISO_27001', '2026-06-30', null),
      certificate('LATER', '2026-07-01', null),
    ];
    expect([...schemesOn({ certificates }, '2026-06-30')]).toEqual(['CSAP', 'ISO_27001']);
    expect([...schemesOn({ certificates }, '2026-07-01')]).toEqual(['ISO_27001', 'LATER']);
    expect([...schemesOn({}, '2026-07-01'), ...schemesOn(null, '2026-07-01')]).toEqual([]);
  });
});

describe('what evidence names', () => {
  it('is told where the company does not have it', () => {
    const evidence = [
      { kind: 'FILE' as const, fileId: 'file' },
      { kind: 'CERTIFICATE' as const, certificateScheme: 'CSAP' },
      { kind: 'PROJECT' as const, projectId: 'project' },
    ];
    const claim = { technologyCode: 'a', level: 3, evidence };
    expect(groundFaults(claim, nothing, ['rows', '2']).map(({ path, rule }) => [path.join('.'), rule])).toEqual([
      ['rows.2.evidence.0.fileId', 'EVIDENCE_FILE_IS_OWN'],
      ['rows.2.evidence.1.certificateScheme', 'CERTIFICATE_IS_HELD'],
      ['rows.2.evidence.2.projectId', 'PROJECT_IS_OWN'],
    ]); // prettier-ignore
    const grounds = { files: new Set(['file']), schemes: new Set(['CSAP']), projects: new Set(['project']) }; // prettier-ignore
    expect(groundFaults(claim, grounds, [])).toEqual([]);
  });

  it('belongs to one kind each, and is enough without a title', () => {
    const given = [
      { kind: 'LINK' as const, url: 'https://example.org', fileId: 'file' },
      { kind: 'FILE' as const, fileId: 'file' },
    ].map(tidyEvidence);
    expect(evidenceFaults(given, ['evidence']).map(({ path }) => path.join('.'))).toEqual(['evidence.0.fileId']); // prettier-ignore
  });

  it('makes a difference, and its absence does not', () => {
    const plain = { kind: 'FILE' as const, title: 'A', url: null, note: null };
    expect(evidenceKey(plain)).toBe(evidenceKey(tidyEvidence(plain)));
    expect(evidenceKey(plain)).not.toBe(evidenceKey({ ...plain, fileId: 'file' }));
  });
});

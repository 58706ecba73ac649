import { createHash } from 'node:crypto';

import { extractText, getDocumentProxy } from 'unpdf';

import type { MembershipRecord } from '../consortium/membership.model.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { firmFact } from '../../../test/consortia/alliance.ts';
import { firstTemplate } from './default-template.ts';
import { writable, writePaper } from './paper.ts';
import { termsIn, type Ground } from './terms.ts';

const member = (index: number, more: Partial<MembershipRecord> = {}): MembershipRecord => ({
  _id: `place-${index}`,
  consortiumId: 'consortium-1',
  projectId: 'project-1',
  companyId: `firm-${index}`,
  role: index === 0 ? 'LEAD' : 'PARTNER',
  requirementIds: [],
  share: 0,
  status: 'ACCEPTED',
  counter: null,
  replacesId: null,
  standing: true,
  deadline: null,
  invitedAt: new Date(0),
  answeredAt: null,
  reason: null,
  audience: [],
  revision: 1,
  ...more,
});

const firm = (index: number, ko: string): [string, FirmRecord] => [
  `firm-${index}`,
  {
    _id: `firm-${index}`,
    company: firmFact(`firm-${index}`, { name: { ko, en: `Firm ${index}` } }),
    companyRevision: 1,
    capabilities: [],
    mapRevision: 0,
    seals: 0,
  },
];

const ground = (more: Partial<Ground> = {}): Ground => ({
  number: 3,
  drawnUpAt: new Date('2026-11-22T15:30:00Z'),
  consortiumId: 'consortium-1',
  project: {
    title: { ko: '지역 병원 뷁 공동 클라우드', en: 'A shared cloud' },
    sector: 'healthcare',
    budget: 7_500_000_001,
    stages: [{ stage: 'YEAR_1', amount: 7_500_000_001 }],
    matching: 0,
    requirements: [
      {
        id: 'r1',
        technologyId: 'mesh',
        leastLevel: 7,
        providers: 1,
        wishedProviders: 1,
        weight: 1,
        mandatory: true,
        certificateScheme: null,
        estimatedPrice: null,
      },
    ],
  },
  callTitle: null,
  members: [member(0, { share: 3_333, requirementIds: ['r1'] }), member(1, { share: 6_667 })],
  firms: new Map([firm(0, '한빛온클라우드'), firm(1, '윤슬스트림')]),
  technologies: new Map([['mesh', { ko: '서비스 메시', en: 'Service mesh' }]]),
  ...more,
});

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The text of a PDF, as a reader copies it out; white space apart. */
async function textOf(bytes: Buffer): Promise<{ pages: number; text: string }> {
  const { totalPages, text } = await extractText(await getDocumentProxy(new Uint8Array(bytes)), {
    mergePages: true,
  });
  return { pages: totalPages, text: text.replaceAll(/\s+/gu, ' ') };
}

describe('writePaper', () => {
  it('gives the same bytes for the same terms, and others for a won or a second of difference', async () => {
    const first = hashOf(await writePaper(firstTemplate, ground()));
    // What a clock of the library would write has moved on by then.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(hashOf(await writePaper(firstTemplate, ground()))).toBe(first);
    const later = ground({ drawnUpAt: new Date('2026-11-22T15:30:01Z') });
    expect(hashOf(await writePaper(firstTemplate, later))).not.toBe(first);
    const project = { ...ground().project, budget: 7_500_000_002 };
    expect(hashOf(await writePaper(firstTemplate, ground({ project })))).not.toBe(first);
  });

  it('can be read in Korean and in English, with the day in Seoul and shares to the won', async () => {
    const { text } = await textOf(await writePaper(firstTemplate, ground()));
    for (const part of [
      '컨소시엄 협약서',
      '지역 병원 뷁 공동 클라우드',
      '2026-11-23',
      '한빛온클라우드',
      '33.33%',
      '5,000,250,001원',
      '서비스 메시',
      'Consortium Agreement',
      'A shared cloud',
      'Firm 1',
      'KRW 5,000,250,001',
      'Service mesh',
    ])
      expect(text).toContain(part);
  });

  it('holds a hundred members over several pages, none of them lost', async () => {
    const members = Array.from({ length: 100 }, (_, index) => member(index, { share: 100 }));
    const firms = new Map(members.map((_, index) => firm(index, `기업${index}호`)));
    const { pages, text } = await textOf(
      await writePaper(firstTemplate, ground({ members, firms })),
    );
    expect(pages).toBeGreaterThan(4);
    expect(members.filter((_, index) => !text.includes(`기업${index}호`))).toEqual([]);
    expect(text).toContain(`${pages} / ${pages}`);
  });
});

describe('writable', () => {
  const characters = {
    hasGlyphForCodePoint: (point: number) => point < 0xe000 && point !== 0x6f22,
  };

  it('keeps what the font lacks as a number, and puts jamo together', () => {
    expect(writable('漢字 한 😀'.replace('字', ''), characters)).toBe('[U+6F22] 한 [U+1F600]');
    expect(writable('한'.normalize('NFD'), characters)).toBe('한');
  });
});

describe('termsIn', () => {
  it('falls back on the other language, and says nothing where there is nothing', () => {
    const project = { ...ground().project, title: { ko: null, en: 'Only English' }, budget: null };
    const { values, blocks } = termsIn('ko', ground({ project }));
    expect([values.projectTitle, values.budget, values.callTitle]).toEqual([
      'Only English',
      '—',
      '—',
    ]);
    expect(blocks.members.rows[1]).toEqual(['한빛온클라우드', '—', '대표', '33.33%', '—']);
  });
});

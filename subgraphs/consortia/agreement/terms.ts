/** What an agreement states, in either language. Pure. */
import { seoulDay } from '#kit/instant.ts';
import type { Text } from '#kit/text.ts';
import { shareAmounts } from '../consortium/shares.ts';
import type { MembershipRecord } from '../consortium/membership.model.ts';
import type { MembershipRole } from '../consortium/state.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import type { ProjectRecord, RequirementRecord } from '../project/project.model.ts';
import type { BlockName, ValueName } from './placeholder.ts';

/** A language of an agreement. */
export type Language = 'ko' | 'en';

/** Everything that an agreement is written from besides its template. */
export interface Ground {
  number: number;
  drawnUpAt: Date;
  consortiumId: string;
  project: Pick<
    ProjectRecord,
    'title' | 'sector' | 'budget' | 'stages' | 'matching' | 'requirements'
  >;
  callTitle: Text | null;
  /** Standing members, lead first. */
  members: readonly MembershipRecord[];
  firms: ReadonlyMap<string, FirmRecord>;
  /** Names by technology id. */
  technologies: ReadonlyMap<string, Text>;
}

/** A table: a row of headings, then rows; widths as parts of the whole. */
export interface Table {
  widths: number[];
  rows: string[][];
}

/** What the placeholders of an agreement stand for in one language. */
export interface Terms {
  values: Record<ValueName, string>;
  blocks: Record<BlockName, Table>;
}

/** What stands in the tables of an agreement besides its terms. */
interface Wording {
  roles: Record<MembershipRole, string>;
  members: string[];
  requirements: string[];
  stages: string[];
  signatures: string[];
  won: (amount: string) => string;
  yes: string;
  no: string;
  electronic: string;
}

const words = {
  ko: {
    roles: { LEAD: '대표', PARTNER: '참여', DEMAND: '수요', ADVISOR: '자문' },
    members: ['기업', '사업자등록번호', '역할', '지분', '금액'],
    requirements: ['기술', '최소 수준', '공급자 수', '필수', '담당'],
    stages: ['단계', '금액'],
    signatures: ['기업', '역할', '서명'],
    won: (amount: string) => `${amount}원`,
    yes: '예',
    no: '아니오',
    electronic: '전자 서명',
  },
  en: {
    roles: { LEAD: 'Lead', PARTNER: 'Partner', DEMAND: 'Demand side', ADVISOR: 'Adviser' },
    members: ['Firm', 'Business number', 'Role', 'Share', 'Amount'],
    requirements: ['Technology', 'Least level', 'Providers', 'Mandatory', 'Answered for by'],
    stages: ['Stage', 'Amount'],
    signatures: ['Firm', 'Role', 'Signature'],
    won: (amount: string) => `KRW ${amount}`,
    yes: 'yes',
    no: 'no',
    electronic: 'electronic',
  },
} satisfies Record<Language, Wording>;

const nothing = '—';

/** What an agreement states, in one language. */
export function termsIn(language: Language, ground: Ground): Terms {
  const { number, drawnUpAt, consortiumId, project, members } = ground;
  const lead = members.find(({ role }) => role === 'LEAD');
  return {
    values: {
      number: String(number),
      date: seoulDay(drawnUpAt),
      consortiumId,
      projectTitle: inLanguage(project.title, language),
      leadName: firmIn(ground, lead?.companyId ?? '', language),
      callTitle: ground.callTitle ? inLanguage(ground.callTitle, language) : nothing,
      sector: project.sector,
      budget: wonIn(language, project.budget),
      matching: wonIn(language, project.matching),
      memberCount: String(members.length),
    },
    blocks: {
      members: membersTable(language, ground),
      requirements: requirementsTable(language, ground),
      stages: {
        widths: [1, 1],
        rows: [
          words[language].stages,
          ...project.stages.map(({ stage, amount }) => [stage, wonIn(language, amount)]),
        ],
      },
      signatures: {
        widths: [2, 1, 1],
        rows: [
          words[language].signatures,
          ...members.map(({ companyId, role }) => [
            firmIn(ground, companyId, language),
            words[language].roles[role],
            words[language].electronic,
          ]),
        ],
      },
    },
  };
}

function membersTable(language: Language, ground: Ground): Table {
  const { members, firms, project } = ground;
  const amounts = shareAmounts(members, project.budget);
  const rows = members.map(({ _id, companyId, role, share }) => [
    firmIn(ground, companyId, language),
    firms.get(companyId)?.company?.businessNumber ?? nothing,
    words[language].roles[role],
    share === null ? nothing : percent(share),
    wonIn(language, amounts.get(_id) ?? null),
  ]);
  return { widths: [4, 3, 2, 2, 4], rows: [words[language].members, ...rows] };
}

function requirementsTable(language: Language, ground: Ground): Table {
  const { members, project, technologies } = ground;
  const { yes, no } = words[language];
  const answering = ({ id }: RequirementRecord) =>
    members
      .filter(({ requirementIds }) => requirementIds.includes(id))
      .map(({ companyId }) => firmIn(ground, companyId, language))
      .join(', ');
  const rows = project.requirements.map((each) => [
    inLanguage(
      technologies.get(each.technologyId) ?? { ko: each.technologyId, en: null },
      language,
    ),
    String(each.leastLevel),
    String(each.providers),
    each.mandatory ? yes : no,
    answering(each) || nothing,
  ]);
  return { widths: [4, 2, 2, 2, 5], rows: [words[language].requirements, ...rows] };
}

function firmIn({ firms }: Ground, companyId: string, language: Language): string {
  const name = firms.get(companyId)?.company?.name;
  return name ? inLanguage(name, language) : companyId;
}

function inLanguage({ ko, en }: Text, language: Language): string {
  return (language === 'ko' ? (ko ?? en) : (en ?? ko)) ?? nothing;
}

function wonIn(language: Language, amount: number | null): string {
  return amount === null ? nothing : words[language].won(amount.toLocaleString('en-US'));
}

/** A share as percent with two digits: a basis point is the last of them. */
function percent(share: number): string {
  const whole = Math.floor(share / 100);
  return `${whole}.${String(share % 100).padStart(2, '0')}%`;
}

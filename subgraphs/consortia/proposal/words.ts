/** Reasons and demands in words, Korean and English, without a price in them. Pure. */
import type { Text } from '#kit/text.ts';
import type { Constraint } from '../assembly/problem.ts';
import type { Reason } from '../assembly/result.ts';

/** Names of technologies and firms, by requirement id and company id. */
export interface Names {
  requirement: (id: string) => Text;
  /** What a requirement asks of its providers; null when it is not known. */
  asked: (id: string) => Asked | null;
  company: (id: string) => Text;
}

/** How many independent providers, at which level (TRL) at least, with which certificate. */
export interface Asked {
  providers: number;
  leastLevel: number;
  certificateScheme: string | null;
}

/** Both languages of a passage. */
type Words = { ko: string; en: string };

const inKorean = ({ ko, en }: Text): string => ko ?? en ?? '';
const inEnglish = ({ ko, en }: Text): string => en ?? ko ?? '';

function list(ids: readonly string[], name: (id: string) => Text): Words {
  const names = ids.map(name);
  return { ko: names.map(inKorean).join(', '), en: names.map(inEnglish).join(', ') };
}

/** How each kind of reason is said. */
type Speaker<Said extends { kind: string }> = {
  [Kind in Said['kind']]: (said: Extract<Said, { kind: Kind }>, names: Names) => Words;
};

const reasonSpeaker: Speaker<Reason> = {
  LEADS: ({ isNamed }) =>
    isNamed
      ? { ko: '대표 기업으로 지정되었습니다.', en: 'It was named as the lead.' }
      : { ko: '이 구성에서 대표를 맡습니다.', en: 'It leads this team.' },
  DEMANDED: () => ({
    ko: '반드시 포함하도록 요청되었습니다.',
    en: 'It was asked to be in the team.',
  }),
  CARRIES: carriesWords,
  SERVES: ({ constraint }, names) => {
    const { ko, en } = demandWords(constraint, names);
    return {
      ko: `다음 조건을 여유 없이 충족하는 데 필요합니다: ${ko}`,
      en: `It is needed for a demand that is met with nothing to spare: ${en}`,
    };
  },
  KNOWS: ({ candidateIds }, names) => {
    const { ko, en } = list(candidateIds, names.company);
    return { ko: `함께 일한 적이 있는 구성원: ${ko}.`, en: `It has worked with ${en} before.` };
  },
  INDISPENSABLE: () => ({
    ko: '이 기업이 빠지면 가능한 구성이 없습니다.',
    en: 'Without it no team is possible.',
  }),
  ADDS: addsWords,
};

/** Why a firm is in a team. */
export function reasonWords(reason: Reason, names: Names): Words {
  const speak = reasonSpeaker[reason.kind] as (said: Reason, names: Names) => Words;
  return speak(reason, names);
}

function carriesWords(reason: Reason & { kind: 'CARRIES' }, names: Names): Words {
  const all = list(reason.requirementIds, names.requirement);
  const only = list(reason.onlyProviderOf, names.requirement);
  if (reason.onlyProviderOf.length === 0)
    return { ko: `담당 기술: ${all.ko}.`, en: `It covers ${all.en}.` };
  return {
    ko: `담당 기술: ${all.ko}. 그 가운데 이 기업만 제공할 수 있는 기술: ${only.ko}.`,
    en: `It covers ${all.en}; no other firm can cover ${only.en}.`,
  };
}

const effects = {
  NONE: { ko: '빠져도 결과가 거의 같습니다', en: 'without it the team is as good' },
  LITTLE: { ko: '빠지면 결과가 조금 나빠집니다', en: 'without it the team is a little worse' },
  MUCH: { ko: '빠지면 결과가 크게 나빠집니다', en: 'without it the team is much worse' },
} as const;

function addsWords({ weight, replacedBy }: Reason & { kind: 'ADDS' }, names: Names): Words {
  const { ko, en } = effects[weight];
  const others = list(replacedBy, names.company);
  const start = en.charAt(0).toUpperCase() + en.slice(1);
  if (replacedBy.length === 0) return { ko: `${ko}.`, en: `${start}.` };
  return {
    ko: `${ko}. 대신할 기업: ${others.ko}.`,
    en: `${start}; ${others.en} would take its place.`,
  };
}

const blocks = {
  UNKNOWN: { ko: '후보에 없는 기업', en: 'not in the pool' },
  SANCTIONED: { ko: '참여 제한 중', en: 'restricted from taking part' },
  UNAVAILABLE: { ko: '여력 없음', en: 'no free capacity' },
  EXCLUDED: { ko: '제외하도록 요청됨', en: 'excluded on request' },
  MAY_NOT_LEAD: { ko: '대표가 될 수 없는 유형', en: 'not of a kind that may lead' },
} as const;

function askedWords(asked: Asked | null): Words {
  if (asked === null) return { ko: '', en: '' };
  const { providers, leastLevel, certificateScheme } = asked;
  const holding =
    certificateScheme === null
      ? { ko: '', en: '' }
      : { ko: `, ${certificateScheme} 인증`, en: `, with ${certificateScheme}` };
  return {
    ko: ` (독립 공급 기업 ${providers}개, TRL ${leastLevel} 이상${holding.ko})`,
    en: ` (${providers} independent, at TRL ${leastLevel} or above${holding.en})`,
  };
}

const demandSpeaker: Speaker<Constraint> = {
  REQUIREMENT: ({ requirementId }, names) => {
    const name = names.requirement(requirementId);
    const asked = askedWords(names.asked(requirementId));
    return {
      ko: `기술 요구: ${inKorean(name)}${asked.ko}`,
      en: `providers of ${inEnglish(name)}${asked.en}`,
    };
  },
  LEAD: namedWords,
  MUST_INCLUDE: namedWords,
  REGION: ({ region }) => ({ ko: `지역 ${region}의 기업 수`, en: `firms of region ${region}` }),
  CERTIFICATE: ({ certificate }) => ({
    ko: `인증 ${certificate} 보유 기업 수`,
    en: `firms that hold ${certificate}`,
  }),
  KIND_LEAST: ({ of }) => ({ ko: `${of} 기업의 최소 수`, en: `least number of ${of} firms` }),
  KIND_MOST: ({ of }) => ({ ko: `${of} 기업의 최대 수`, en: `most ${of} firms` }),
  CONFLICT: ({ candidateIds }, names) => {
    const { ko, en } = list(candidateIds, names.company);
    return { ko: `함께할 수 없는 기업: ${ko}`, en: `not both of ${en}` };
  },
  MIN_PARTNERS: () => ({ ko: '최소 구성원 수', en: 'least number of members' }),
  MAX_PARTNERS: () => ({ ko: '최대 구성원 수', en: 'most members' }),
  MIN_SMES: () => ({ ko: '중소기업 비중', en: 'part of small and medium-sized enterprises' }),
  MIN_OUTSIDE_CAPITAL: () => ({
    ko: '비수도권 기업 비중',
    en: 'part of firms outside the capital area',
  }),
  MIN_KINDS: () => ({ ko: '기업 유형의 다양성', en: 'number of different kinds of firm' }),
  BUDGET: () => ({ ko: '예산 한도', en: 'budget' }),
};

/** One demand on a team. */
export function demandWords(demand: Constraint, names: Names): Words {
  const speak = demandSpeaker[demand.kind] as (said: Constraint, names: Names) => Words;
  return speak(demand, names);
}

function namedWords(demand: Constraint & { kind: 'LEAD' | 'MUST_INCLUDE' }, names: Names): Words {
  const isLead = demand.kind === 'LEAD';
  const head = isLead ? { ko: '대표 기업', en: 'lead' } : { ko: '필수 기업', en: 'must be in' };
  if (demand.candidateId === null) return head;
  const name = names.company(demand.candidateId);
  const why = demand.blockedBy === null ? null : blocks[demand.blockedBy];
  return {
    ko: `${head.ko}: ${inKorean(name)}${why ? ` (${why.ko})` : ''}`,
    en: `${head.en}: ${inEnglish(name)}${why ? ` (${why.en})` : ''}`,
  };
}

/** What mails say, in Korean and in English. */
import { seoulDay } from '#kit/instant.ts';
import type { Text } from '#kit/text.ts';

/** What a mail is about. */
export type Errand =
  | { kind: 'VERIFY_EMAIL' }
  | { kind: 'ACCOUNT_EXISTS' }
  | { kind: 'RESET_PASSWORD' }
  | { kind: 'PASSWORD_CHANGED' }
  | { kind: 'INVITATION'; company: Text; inviter: string }
  | { kind: 'CERTIFICATE_ENDS'; company: Text; certificate: string; validTo: string }
  | { kind: 'TRUST_NEWS'; company: Text; what: TrustNews; at: Date }
  | { kind: 'SEARCH_FOUND'; search: string; companies: Text[]; count: number };

/** What happens to a firm in a case. */
export type TrustNews = 'HEARING' | 'DECISION' | 'APPEAL' | 'SANCTION_BEGINS' | 'SANCTION_ENDS';

const trustNews: Record<TrustNews, { ko: string; en: string }> = {
  HEARING: { ko: '의견 청취 일정 안내', en: 'Called to a hearing' },
  DECISION: { ko: '사건에 대한 결정', en: 'A case was decided' },
  APPEAL: { ko: '이의신청에 대한 결정', en: 'An appeal was decided' },
  SANCTION_BEGINS: { ko: '제재 시작', en: 'A sanction begins' },
  SANCTION_ENDS: { ko: '제재 종료', en: 'A sanction ends' },
};

type ErrandOf<Kind extends Errand['kind']> = Extract<Errand, { kind: Kind }>;

interface Passages {
  ko: Letter;
  en: Letter;
}

/** A mail as it is read. */
export interface Letter {
  subject: string;
  text: string;
}

/** What a letter is made with. */
export interface Stationery {
  /** The user's name; null when nobody with the address has an account that they confirmed. */
  name: string | null;
  /** Where people reach the platform. */
  publicUrl: string;
  /** A secret that the mail hands over; empty when it hands over none. */
  token: string;
}

/** The letter of an errand. */
export function letterOf(errand: Errand, stationery: Stationery): Letter {
  const { ko, en } = passagesOf(errand, stationery);
  const { name } = stationery;
  const greeting = {
    ko: name === null ? '안녕하세요.' : `${name} 님,`,
    en: `Dear ${name ?? 'colleague'},`,
  };
  return {
    subject: `${en.subject} · ${ko.subject}`,
    text: [
      greeting.ko,
      ko.text,
      '—',
      greeting.en,
      en.text,
      `Open Cloud Alliance\n${stationery.publicUrl}`,
    ].join('\n\n'),
  };
}

/** What each errand says in both languages. */
const passages: {
  [Kind in Errand['kind']]: (errand: ErrandOf<Kind>, stationery: Stationery) => Passages;
} = {
  VERIFY_EMAIL: (_, { publicUrl, token }) => {
    const link = `${publicUrl}/#/verify-email?token=${token}`;
    return {
      ko: {
        subject: '이메일 주소를 확인해 주세요',
        text: `24시간 안에 아래 주소를 열어 이메일을 확인해 주세요. 가입하지 않으셨다면 열지 마세요.\n${link}`,
      },
      en: {
        subject: 'Confirm your e-mail address',
        text: `Open this address within 24 hours to confirm your e-mail. If you did not sign up, do not open it.\n${link}`,
      },
    };
  },
  ACCOUNT_EXISTS: (_, { publicUrl, token }) => {
    const link = `${publicUrl}/#/reset-password?token=${token}`;
    return {
      ko: {
        subject: '이미 가입된 이메일입니다',
        text: `이 이메일로 가입 요청이 있었지만 이미 계정이 있습니다. 기존 비밀번호로 로그인하시거나, 잊으셨거나 이메일을 확인한 적이 없다면 1시간 안에 아래 주소에서 새 비밀번호를 정해 주세요. 요청하지 않으셨다면 무시하셔도 됩니다.\n${link}`,
      },
      en: {
        subject: 'You have an account',
        text: `Somebody asked for an account with this e-mail, which has one. Sign in with your password; if you lost it, or never confirmed your e-mail, open this address within one hour to set a new one. If it was not you, leave it be.\n${link}`,
      },
    };
  },
  RESET_PASSWORD: (_, { publicUrl, token }) => {
    const link = `${publicUrl}/#/reset-password?token=${token}`;
    return {
      ko: {
        subject: '비밀번호 재설정',
        text: `1시간 안에 아래 주소에서 새 비밀번호를 정해 주세요. 요청하지 않으셨다면 무시하셔도 됩니다.\n${link}`,
      },
      en: {
        subject: 'Set a new password',
        text: `Open this address within one hour to set a new password. If you did not ask for it, leave it be.\n${link}`,
      },
    };
  },
  PASSWORD_CHANGED: () => ({
    ko: {
      subject: '비밀번호가 변경되었습니다',
      text: '비밀번호가 변경되었고 열려 있던 모든 로그인이 종료되었습니다. 직접 변경하지 않으셨다면 곧바로 비밀번호를 재설정해 주세요.',
    },
    en: {
      subject: 'Your password was changed',
      text: 'Your password was changed and every session was ended. If it was not you, reset your password at once.',
    },
  }),
  INVITATION: ({ company, inviter }, { publicUrl }) => {
    const link = `${publicUrl}/#/invitations`;
    const [ko, en] = [company.ko ?? company.en, company.en ?? company.ko];
    return {
      ko: {
        subject: `${ko} 초대`,
        text: `${inviter} 님이 ${ko}의 구성원으로 초대했습니다. 이 이메일로 가입하거나 로그인한 뒤 수락해 주세요.\n${link}`,
      },
      en: {
        subject: `Invitation to ${en}`,
        text: `${inviter} invited you to ${en}. Sign up or sign in with this e-mail, and accept.\n${link}`,
      },
    };
  },
  CERTIFICATE_ENDS: ({ company, certificate, validTo }) => ({
    ko: {
      subject: `${certificate} 인증이 ${validTo}에 만료됩니다`,
      text: `${company.ko ?? company.en}의 ${certificate} 인증이 ${validTo}에 만료됩니다. 이후에는 검색과 사업 참여에서 인증으로 인정되지 않습니다.`,
    },
    en: {
      subject: `${certificate} ends on ${validTo}`,
      text: `The ${certificate} certificate of ${company.en ?? company.ko} ends on ${validTo}. After that day it counts neither in the search nor for projects.`,
    },
  }),
  TRUST_NEWS: ({ company, what, at }, { publicUrl }) => {
    const [ko, en] = [company.ko ?? company.en, company.en ?? company.ko];
    const news = trustNews[what];
    const [link, day] = [`${publicUrl}/#/cases`, seoulDay(at)];
    return {
      ko: {
        subject: `${ko}: ${news.ko} (${day})`,
        text: `${ko}에 관한 알림입니다: ${news.ko} (${day}). 자세한 내용은 아래에서 확인해 주세요.\n${link}`,
      },
      en: {
        subject: `${en}: ${news.en} (${day})`,
        text: `This concerns ${en}: ${news.en} (${day}). The details are here.\n${link}`,
      },
    };
  },
  SEARCH_FOUND: ({ search, companies, count }, { publicUrl }) => {
    const list = (language: 'ko' | 'en') =>
      companies.map(({ ko, en }) => `- ${(language === 'ko' ? (ko ?? en) : (en ?? ko)) ?? ''}`);
    return {
      ko: {
        subject: `저장한 검색 ‘${search}’: 새 기업 ${count}곳`,
        text: [`‘${search}’에 맞는 기업이 새로 나타났습니다.`, ...list('ko'), publicUrl].join('\n'),
      },
      en: {
        subject: `Saved search "${search}": ${count} new`,
        text: [`New firms match "${search}".`, ...list('en'), publicUrl].join('\n'),
      },
    };
  },
};

function passagesOf<Kind extends Errand['kind']>(
  errand: ErrandOf<Kind>,
  stationery: Stationery,
): Passages {
  const write = passages[errand.kind];
  return write(errand, stationery);
}

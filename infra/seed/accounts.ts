/** The people of the seed: one for each kind of person that the platform is for. */
import type { Account } from '../../gateway/gateway.ts';
import type { CompanyRole, PlatformRole } from '#kit/viewer.ts';

/** An account of the seed, with what it may. */
export interface SeedAccount extends Account {
  roles: PlatformRole[];
  /** Places in companies, by the company's key in the seed; `partners` stands for every other firm. */
  places: { company: string; role: CompanyRole }[];
}

/** The password of every account of the seed: for trying out, refused in production. */
export const seedPassword = 'open-cloud-2026';

/** Stands for every firm of the seed that no other account owns. */
export const everyPartner = 'partners';

/** The accounts, in the order in which the first page shows them. */
export const accounts: readonly SeedAccount[] = [
  {
    email: 'lead@example.kr',
    password: seedPassword,
    name: '한지원 Han Jiwon',
    role: 'Consortium lead of Hanbiton Cloud',
    tries: [
      'Open the draft "A cloud for regional healthcare" and let it assemble a consortium.',
      'Invite the firms of the best proposal and follow their answers.',
    ],
    roles: [],
    places: [{ company: 'hanbit-cloud', role: 'OWNER' }],
  },
  {
    email: 'partner@example.kr',
    password: seedPassword,
    name: '박다온 Park Daon',
    role: 'Owner of every other firm of the seed',
    tries: [
      'Answer the open invitation of Yunseul Stream.',
      'Accept what the lead sends, as any of the firms.',
    ],
    roles: [],
    places: [{ company: everyPartner, role: 'OWNER' }],
  },
  {
    email: 'editor@example.kr',
    password: seedPassword,
    name: '이서진 Lee Seojin',
    role: 'Company editor of Namugyeol Platform',
    tries: [
      "Publish a new version of the firm's capability map.",
      'Announce a tech-meetup and see it arrive on the live feed.',
    ],
    roles: [],
    places: [{ company: 'namu-platform', role: 'EDITOR' }],
  },
  {
    email: 'subscriber@example.kr',
    password: seedPassword,
    name: '최하늘 Choi Haneul',
    role: 'Subscriber',
    tries: ['Follow tech-meetups by sector, technology and region.'],
    roles: [],
    places: [],
  },
  {
    email: 'reviewer@example.kr',
    password: seedPassword,
    name: '정은채 Jung Eunchae',
    role: 'Reviewer',
    tries: ['Verify the level that a firm declares for a capability.'],
    roles: ['REVIEWER'],
    places: [],
  },
  {
    email: 'secretariat@example.kr',
    password: seedPassword,
    name: '윤가람 Yoon Garam',
    role: 'Secretariat',
    tries: [
      'Open a call, approve a company, edit the technology map.',
      'Restrict a firm and see where it takes part.',
    ],
    roles: ['SECRETARIAT'],
    places: [],
  },
  {
    email: 'operator@example.kr',
    password: seedPassword,
    name: '오준 Oh Jun',
    role: 'Operator',
    tries: ['Import a file with a dry run first.'],
    roles: ['OPERATOR'],
    places: [],
  },
];

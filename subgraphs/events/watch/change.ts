/** What a newer state of a thing means for those who watch it, or its technologies, sectors and firms. Pure. */
import type {
  CapabilityMapFact,
  CompanyFact,
  CompanyStatus,
  ProjectFact,
  TechnologyFact,
} from '#schema/facts.ts';
import type { WatchKind } from './watch.model.ts';

/** What happened to something that is watched. */
export type WatchChange =
  | 'STATUS'
  | 'RENAMED'
  | 'CERTIFIED'
  | 'CERTIFICATE_ENDED'
  | 'CAPABILITIES_PUBLISHED'
  | 'FIRM_JOINED'
  | 'SUPPLIER_ADDED'
  | 'SUPPLIER_LEFT'
  | 'SUCCEEDED'
  | 'PROJECT_STATUS'
  | 'DEMANDED'
  | 'FOUND';

/** What was seen of a firm. */
interface SeenFirm {
  kind: 'company';
  name: string;
  status: CompanyStatus;
  sectors: string[];
  certificates: string[];
}
/** What was seen of a firm's capability map. */
interface SeenMap {
  kind: 'capabilityMap';
  publishedAt: string;
  technologyIds: string[];
}
/** What was seen of a technology. */
interface SeenTechnology {
  kind: 'technology';
  name: string;
  succession: string | null;
}
/** What was seen of a project. */
interface SeenProject {
  kind: 'project';
  status: string;
  sector: string;
  technologyIds: string[];
  memberIds: string[];
}
/** What was seen of a thing. */
export type Seen = SeenFirm | SeenMap | SeenTechnology | SeenProject;

/** A thing that may be watched. */
export interface Subject {
  kind: WatchKind;
  key: string;
}

/** Something to tell those who watch a subject. */
export interface Notice {
  subject: Subject;
  change: WatchChange;
  companyId: string | null;
  technologyId: string | null;
  projectId: string | null;
  /** The new status, name, certificate or kind of succession; null where there is none. */
  detail: string | null;
}

/** What is kept of a state, to compare the next one with. */
export function seenOf(kind: Seen['kind'], state: object): Seen {
  switch (kind) {
    case 'company':
      return seenFirm(state as CompanyFact);
    case 'capabilityMap': {
      const { publishedAt, capabilities } = state as CapabilityMapFact;
      const technologyIds = capabilities.map(({ technologyId }) => technologyId);
      return { kind, publishedAt: new Date(publishedAt).toISOString(), technologyIds };
    }
    case 'technology': {
      const { name, succession } = state as TechnologyFact;
      return { kind, name: name.ko ?? name.en ?? '', succession: succession?.kind ?? null };
    }
    case 'project': {
      const { status, sector, requirements, memberIds } = state as ProjectFact;
      const technologyIds = requirements.map(({ technologyId }) => technologyId);
      return { kind, status, sector, technologyIds, memberIds };
    }
    default:
      return kind satisfies never;
  }
}

function seenFirm({ name, status, sectors, certificates }: CompanyFact): SeenFirm {
  return {
    kind: 'company',
    name: name.ko ?? name.en ?? '',
    status,
    sectors,
    certificates: certificates.map(({ scheme, type, grade, validTo }) =>
      [scheme, type, grade, validTo].filter((each) => each !== null).join(' '),
    ),
  };
}

/**
 * What to tell of a newer state.
 *
 * @param key of the thing: a firm's, technology's or project's id
 * @param before what was seen of it last; null when nothing was
 */
export function noticesOf(key: string, before: Seen | null, after: Seen): Notice[] {
  switch (after.kind) {
    case 'company':
      return firmNotices(key, sameKind(before, after), after);
    case 'capabilityMap':
      return mapNotices(key, sameKind(before, after), after);
    case 'technology':
      return technologyNotices(key, sameKind(before, after), after);
    case 'project':
      return projectNotices(key, sameKind(before, after), after);
    default:
      return after satisfies never;
  }
}

/** What was seen before, which is of the kind of what is seen now: both are told under one key. */
function sameKind<Kind extends Seen>(before: Seen | null, after: Kind): Kind | null {
  return before?.kind === after.kind ? (before as Kind) : null;
}

function firmNotices(companyId: string, before: SeenFirm | null, after: SeenFirm): Notice[] {
  const there = before?.status === 'APPROVED' ? before.sectors : [];
  const joined = after.status === 'APPROVED' ? added(there, after.sectors) : [];
  return [
    ...(before ? ownNotices(companyId, before, after) : []),
    ...joined.map((key) => notice({ kind: 'SECTOR', key }, 'FIRM_JOINED', { companyId })),
  ];
}

/** What those who watch a firm itself are told. */
function ownNotices(companyId: string, before: SeenFirm, after: SeenFirm): Notice[] {
  const tell = (change: WatchChange) => (detail: string) =>
    notice({ kind: 'COMPANY', key: companyId }, change, { companyId, detail });
  return [
    ...added([before.status], [after.status]).map(tell('STATUS')),
    ...added([before.name], [after.name]).map(tell('RENAMED')),
    ...added(before.certificates, after.certificates).map(tell('CERTIFIED')),
    ...added(after.certificates, before.certificates).map(tell('CERTIFICATE_ENDED')),
  ];
}

function mapNotices(companyId: string, before: SeenMap | null, after: SeenMap): Notice[] {
  if (before?.publishedAt === after.publishedAt) return [];
  const technology = (change: WatchChange) => (technologyId: string) =>
    notice({ kind: 'TECHNOLOGY', key: technologyId }, change, { companyId, technologyId });
  const there = before?.technologyIds ?? [];
  return [
    notice({ kind: 'COMPANY', key: companyId }, 'CAPABILITIES_PUBLISHED', { companyId }),
    ...added(there, after.technologyIds).map(technology('SUPPLIER_ADDED')),
    ...added(after.technologyIds, there).map(technology('SUPPLIER_LEFT')),
  ];
}

function technologyNotices(
  technologyId: string,
  before: SeenTechnology | null,
  after: SeenTechnology,
): Notice[] {
  if (!before) return [];
  const subject = { kind: 'TECHNOLOGY', key: technologyId } as const;
  const { name, succession } = after;
  return [
    ...(before.name === name ? [] : [notice(subject, 'RENAMED', { technologyId, detail: name })]),
    ...(before.succession === succession || succession === null
      ? []
      : [notice(subject, 'SUCCEEDED', { technologyId, detail: succession })]),
  ];
}

function projectNotices(
  projectId: string,
  before: SeenProject | null,
  after: SeenProject,
): Notice[] {
  const { status: detail, sector, technologyIds, memberIds } = after;
  const isNew = before?.status !== detail;
  const newNeeds = before ? added(before.technologyIds, technologyIds) : technologyIds;
  return [
    ...(isNew
      ? [
          notice({ kind: 'SECTOR', key: sector }, 'PROJECT_STATUS', { projectId, detail }),
          ...unique(memberIds).map((companyId) =>
            notice({ kind: 'COMPANY', key: companyId }, 'PROJECT_STATUS', {
              companyId,
              projectId,
              detail,
            }),
          ),
        ]
      : []),
    ...unique(newNeeds).map((technologyId) =>
      notice({ kind: 'TECHNOLOGY', key: technologyId }, 'DEMANDED', { technologyId, projectId }),
    ),
  ];
}

function notice(subject: Subject, change: WatchChange, about: Partial<Notice>): Notice {
  return {
    companyId: null,
    technologyId: null,
    projectId: null,
    detail: null,
    ...about,
    subject,
    change,
  };
}

/** What is in the second list and not in the first, each once. */
function added(before: readonly string[], after: readonly string[]): string[] {
  const there = new Set(before);
  return unique(after.filter((each) => !there.has(each)));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

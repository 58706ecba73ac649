/**
 * Calls, awards and contracts as releases of the Open Contracting Data Standard 1.1. Pure: the same state of the
 * platform gives the same releases, ids included.
 *
 * Source: https://standard.open-contracting.org/1.1/en/schema/release/
 */
import { createHash } from 'node:crypto';

import { wordOf } from '../import/graph.ts';

/** A name in two languages; at least one is there. */
export interface Words {
  ko: string | null;
  en: string | null;
}

/** A call as it is published. Instants as ISO 8601 text, money in won. */
export interface PublishedCall {
  id: string;
  title: Words;
  programme: { kind: string; name: Words };
  sectors: { code: string; name: Words }[];
  budget: number;
  opensAt: string;
  closesAt: string;
  status: 'SCHEDULED' | 'OPEN' | 'CLOSED';
  decidedAt: string | null;
  /** When an appeal changed the ranking last. */
  rankedAgainAt: string | null;
  rules: { rubric: { name: Words; points: number }[] };
}

/** A firm as it is published. */
export interface PublishedFirm {
  id: string;
  name: Words;
  businessNumber: string | null;
  region: string | null;
  size: string;
}

/** A movement of a project's money, won. */
export interface PublishedMovement {
  id: string;
  number: number;
  kind: 'PAY' | 'MATCH' | 'SPEND' | 'RETURN' | 'RECOVER' | 'REVERSE' | 'BOUNCE';
  company: PublishedFirm;
  amount: number;
  reverses: number | null;
  recordedAt: string;
}

/** What a project brings by which day. */
export interface PublishedMilestone {
  id: string;
  name: Words;
  /** `YYYY-MM-DD` in Asia/Seoul. */
  dueOn: string;
  status: 'PLANNED' | 'DELIVERED' | 'RETURNED' | 'ACCEPTED';
  deliveredAt: string | null;
  decidedAt: string | null;
}

/** A project that a call awarded. */
export interface PublishedProject {
  id: string;
  title: Words;
  summary: Words;
  status: string;
  budget: number | null;
  startedAt: string | null;
  endedAt: string | null;
  members: {
    company: PublishedFirm;
    role: string;
    /** Basis points; null for advisers. */
    share: number | null;
    /** Won; null where there is no share. */
    shareAmount: number | null;
  }[];
  milestones: PublishedMilestone[];
  movements: PublishedMovement[];
}

/** Who publishes, and under which names. */
export interface Publication {
  /** What the Open Contracting Partnership gave to the publisher, such as `ocds-213czf`. */
  prefix: string;
  /** Language of the texts; the other one where a text is missing. */
  language: 'ko' | 'en';
}

/** A release: what happened to one contracting process at one time. */
export type Release = Record<string, unknown> & { ocid: string; id: string; date: string };

const buyer = { id: 'OCA-SECRETARIAT', name: 'Open Cloud Alliance, secretariat' };

/**
 * Every release of a call: the tender, the awards once it is decided, each contract once its project began, and what
 * was paid and delivered under it. A call that is not open yet has none.
 */
export function releasesOf(
  call: PublishedCall,
  projects: readonly PublishedProject[],
  publication: Publication,
): Release[] {
  if (call.status === 'SCHEDULED') return [];
  const release = maker(call, publication);
  const word = (text: Words) => wordOf(text, publication.language);
  const begun = projects.filter(({ startedAt }) => startedAt !== null);
  return [
    release('tender', call.opensAt, {
      parties: [buyerParty()],
      buyer,
      tender: tenderOf(call, projects, word),
    }),
    ...(call.decidedAt === null
      ? []
      : [release('award', rankedAt(call), awardsOf(call, projects, word))]),
    ...begun.map((project) =>
      release('contract', project.startedAt ?? call.opensAt, contractOf(project, word)),
    ),
    ...begun.flatMap((project) => {
      const date = lastMoveOf(project);
      if (date === null) return [];
      const tags = project.status === 'TERMINATED' ? ['contractTermination'] : [];
      return [release('implementation', date, implementationOf(project, word), tags)];
    }),
  ];
}

/** Makes releases of a call; their ids tell their content, so that one that did not change keeps its id. */
function maker({ id: callId }: PublishedCall, { prefix, language }: Publication) {
  const ocid = `${prefix}-${callId}`;
  return (
    tag: string,
    date: string,
    content: object,
    moreTags: readonly string[] = [],
  ): Release => {
    const body = {
      ocid,
      date,
      tag: [tag, ...moreTags],
      initiationType: 'tender',
      language,
      ...content,
    };
    const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16);
    return { ...body, id: `${tag}-${hash}` };
  };
}

type Word = (text: Words) => string;

/** When the ranking that holds was made: by the decision, or after an appeal. */
function rankedAt({ opensAt, decidedAt, rankedAgainAt }: PublishedCall): string {
  return rankedAgainAt ?? decidedAt ?? opensAt;
}

/** Where a tender stands: a decision that chooses nobody ends it without success. */
function tenderStatus({ decidedAt }: PublishedCall, projects: readonly PublishedProject[]): string {
  if (decidedAt === null) return 'active';
  return projects.length > 0 ? 'complete' : 'unsuccessful';
}

function tenderOf(call: PublishedCall, projects: readonly PublishedProject[], word: Word): object {
  const criteria = call.rules.rubric.map(({ name, points }) => `${word(name)} ${points}`);
  return {
    id: call.id,
    title: word(call.title),
    status: tenderStatus(call, projects),
    procuringEntity: buyer,
    value: won(call.budget),
    procurementMethod: 'open',
    procurementMethodDetails: `${call.programme.kind}: ${word(call.programme.name)}`,
    mainProcurementCategory: 'services',
    awardCriteria: 'ratedCriteria',
    ...(criteria.length > 0 && { awardCriteriaDetails: criteria.join('; ') }),
    submissionMethod: ['electronicSubmission'],
    tenderPeriod: { startDate: call.opensAt, endDate: call.closesAt },
    items: call.sectors.map(({ code, name }) => ({ id: code, description: word(name) })),
  };
}

function awardsOf(call: PublishedCall, projects: readonly PublishedProject[], word: Word): object {
  return {
    parties: [
      buyerParty(),
      ...partiesOf(
        projects.flatMap(({ members }) => members),
        word,
      ),
    ],
    buyer,
    awards: projects.map((project) => ({
      id: project.id,
      title: word(project.title),
      description: word(project.summary),
      // An award whose project ended before it began came to nothing.
      status:
        project.status === 'TERMINATED' && project.startedAt === null ? 'cancelled' : 'active',
      date: rankedAt(call),
      ...valueOf(project),
      suppliers: project.members.map((member) => supplierOf(member, word)),
    })),
  };
}

function contractOf(project: PublishedProject, word: Word): object {
  return {
    parties: [buyerParty(), ...partiesOf(project.members, word)],
    buyer,
    contracts: [contractBody(project, word)],
  };
}

function implementationOf(project: PublishedProject, word: Word): object {
  return {
    parties: [buyerParty(), ...partiesOf(project.members, word)],
    buyer,
    contracts: [
      {
        ...contractBody(project, word),
        implementation: {
          transactions: transactionsOf(project, word),
          milestones: milestonesOf(project, word),
        },
      },
    ],
  };
}

function contractBody(project: PublishedProject, word: Word): object {
  return {
    id: project.id,
    awardID: project.id,
    title: word(project.title),
    status: contractStatus(project.status),
    ...valueOf(project),
    period: {
      ...(project.startedAt !== null && { startDate: project.startedAt }),
      ...(project.endedAt !== null && { endDate: project.endedAt }),
    },
  };
}

function contractStatus(status: string): string {
  return status === 'RUNNING' ? 'active' : 'terminated';
}

const publicMoney: readonly PublishedMovement['kind'][] = ['PAY', 'RETURN', 'RECOVER'];

/** Public money that went to a firm, and that came back or was recovered; what was taken back is left out on both sides. */
function transactionsOf({ movements }: PublishedProject, word: Word): object[] {
  const reversed = new Set(movements.map(({ reverses }) => reverses));
  return movements
    .filter(({ kind, number }) => publicMoney.includes(kind) && !reversed.has(number))
    .toSorted((a, b) => a.number - b.number)
    .map(({ id, kind, company, amount, recordedAt }) => {
      const firm = { id: partyId(company), name: word(company.name) };
      const [payer, payee] = kind === 'PAY' ? [buyer, firm] : [firm, buyer];
      return { id, date: recordedAt, value: won(amount), payer, payee };
    });
}

/** Milestones in the words of the standard: what was accepted is met, on the day of its delivery; the rest is not once the project is over. */
function milestonesOf({ milestones, endedAt }: PublishedProject, word: Word): object[] {
  const missed = endedAt === null ? 'scheduled' : 'notMet';
  return milestones.map(({ id, name, dueOn, status, deliveredAt, decidedAt }) => ({
    id,
    title: word(name),
    type: 'delivery',
    // A day is over in Seoul nine hours before it is in UTC.
    dueDate: `${dueOn}T23:59:59+09:00`,
    status: status === 'ACCEPTED' ? 'met' : missed,
    ...(status === 'ACCEPTED' && deliveredAt !== null && { dateMet: deliveredAt }),
    ...(decidedAt !== null && { dateModified: decidedAt }),
  }));
}

/** When money last moved, a milestone was decided or the project ended; null when nothing happened. */
function lastMoveOf({ movements, milestones, endedAt }: PublishedProject): string | null {
  const times = [
    ...movements.map(({ recordedAt }) => recordedAt),
    ...milestones.flatMap(({ decidedAt }) => decidedAt ?? []),
  ];
  if (endedAt !== null) times.push(endedAt);
  return times.toSorted().at(-1) ?? null;
}

/** A consortium's member as one of several suppliers; its part of the award is our extension of the standard. */
function supplierOf(
  { company, role, share, shareAmount }: PublishedProject['members'][number],
  word: Word,
): object {
  return {
    id: partyId(company),
    name: word(company.name),
    consortiumRole: role,
    ...(share !== null && { shareBasisPoints: share }),
    ...(shareAmount !== null && { shareValue: won(shareAmount) }),
  };
}

function partiesOf(members: PublishedProject['members'], word: Word): object[] {
  const firms = new Map(members.map(({ company }) => [company.id, company]));
  return [...firms.values()].map((firm) => ({
    id: partyId(firm),
    name: word(firm.name),
    roles: ['supplier'],
    ...(firm.businessNumber !== null && {
      identifier: { scheme: 'KR-BRN', id: firm.businessNumber, legalName: word(firm.name) },
    }),
    ...(firm.region !== null && { address: { region: firm.region } }),
    details: { scale: scaleOf(firm.size) },
  }));
}

/** Words of the standard's `partyScale`. */
function scaleOf(size: string): string {
  if (size === 'MICRO') return 'micro';
  return size === 'SME' ? 'sme' : 'large';
}

function buyerParty(): object {
  return { ...buyer, roles: ['buyer', 'procuringEntity'] };
}

function partyId({ id, businessNumber }: PublishedFirm): string {
  return businessNumber === null ? `OCA-${id}` : `KR-BRN-${businessNumber}`;
}

function valueOf({ budget }: PublishedProject): object {
  return budget === null ? {} : { value: won(budget) };
}

function won(amount: number): object {
  return { amount, currency: 'KRW' };
}

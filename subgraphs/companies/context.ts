/** What a domain function of this subgraph may reach. Made anew for each request. */

import DataLoader from 'dataloader';
import type { Connection, Model } from 'mongoose';

import { answerModelsOf } from '#kit/answer.ts';
import { factsOf, positionsOf, type FactRecord } from '#kit/facts.ts';
import { fileStore, type DocumentStore } from '#kit/file-store.ts';
import { newId } from '#kit/id.ts';
import { createLog, type Log } from '#kit/log.ts';
import type { Viewer } from '#kit/viewer.ts';
import { attemptsOf, type AttemptRecord } from './account/attempt.model.ts';
import { confirmationsOf, type ConfirmationRecord } from './account/confirmation.model.ts';
import {
  externalSignInsOf,
  identitiesOf,
  type ExternalSignInRecord,
  type IdentityRecord,
} from './account/external.model.ts';
import { letterTokensOf, type LetterTokenRecord } from './account/letter-token.model.ts';
import { sessionsOf, type SessionRecord } from './account/session.model.ts';
import { signingKeysOf, type SigningKeyRecord } from './account/signing-key.model.ts';
import { usersOf, type UserRecord } from './account/user.model.ts';
import {
  caseMessagesOf,
  casesOf,
  receiptTicketsOf,
  type CaseMessageRecord,
  type CaseRecord,
  type ReceiptTicketRecord,
} from './case/case.model.ts';
import { trustTermsOf, type TrustTermsRecord } from './case/terms.model.ts';
import { expiryNoticesOf, type ExpiryNoticeRecord } from './company/expiry.model.ts';
import { companiesOf, type CompanyRecord } from './company/company.model.ts';
import type { CompaniesConfig } from './config.ts';
import {
  consultationMessagesOf,
  consultationReadsOf,
  consultationsOf,
  type ConsultationMessageRecord,
  type ConsultationReadRecord,
  type ConsultationRecord,
} from './consultation/consultation.model.ts';
import { countUnread } from './consultation/unread.ts';
import { noWakes, type Wakes } from './consultation/wakes.ts';
import { doublesOf, type DoubleRecord } from './double/double.model.ts';
import {
  standingChangesOf,
  standingsOf,
  type StandingChangeRecord,
  type StandingRecord,
} from './figure/standing.model.ts';
import { mailboxOf, postOf, type MailRecord, type PostRecord } from './mail/mail.model.ts';
import { departuresOf, type DepartureRecord } from './member/departure.model.ts';
import { membersOf, type MemberRecord } from './member/member.model.ts';
import { entriesOf, type EntryRecord } from './search/entry.model.ts';
import { savedSearchesOf, type SavedSearchRecord } from './search/saved-search.model.ts';
import { contactReadsOf, type ContactReadRecord } from './privacy/contact-read.model.ts';
import {
  toldMapsOf,
  toldProjectsOf,
  type ToldMapRecord,
  type ToldProjectRecord,
} from './search/told.model.ts';
import { sanctionsOf, type SanctionRecord } from './sanction/sanction.model.ts';
import { sectorsOf, type SectorRecord } from './sector/sector.model.ts';
import { talliesOf, type TallyRecord } from './tally/tally.model.ts';
import {
  partnerReviewsOf,
  reviewPairsOf,
  type PartnerReviewRecord,
  type ReviewPairRecord,
} from './track/partner-review.model.ts';
import { findTrackRecords, type Track } from './track/track-record.ts';

/** Everything a domain function may reach. */
export interface Context extends Models {
  viewer: Viewer;
  connection: Connection;
  config: CompaniesConfig;
  /** Users who proved to be themselves in this very request, by signing in: they see what is their own. */
  proved: Set<string>;
  loaders: Loaders;
  /** Where the bytes of files lie. */
  store: DocumentStore;
  /** Who follows consultations. */
  wakes: Wakes;
  log: Log;
}

/** The collections of this subgraph. */
export interface Models {
  companies: Model<CompanyRecord>;
  users: Model<UserRecord>;
  sessions: Model<SessionRecord>;
  attempts: Model<AttemptRecord>;
  confirmations: Model<ConfirmationRecord>;
  signingKeys: Model<SigningKeyRecord>;
  letterTokens: Model<LetterTokenRecord>;
  externalSignIns: Model<ExternalSignInRecord>;
  identities: Model<IdentityRecord>;
  post: Model<PostRecord>;
  mailbox: Model<MailRecord>;
  members: Model<MemberRecord>;
  departures: Model<DepartureRecord>;
  sectors: Model<SectorRecord>;
  entries: Model<EntryRecord>;
  toldMaps: Model<ToldMapRecord>;
  savedSearches: Model<SavedSearchRecord>;
  contactReads: Model<ContactReadRecord>;
  expiryNotices: Model<ExpiryNoticeRecord>;
  toldProjects: Model<ToldProjectRecord>;
  facts: Model<FactRecord>;
  consultations: Model<ConsultationRecord>;
  consultationMessages: Model<ConsultationMessageRecord>;
  consultationReads: Model<ConsultationReadRecord>;
  tallies: Model<TallyRecord>;
  cases: Model<CaseRecord>;
  caseMessages: Model<CaseMessageRecord>;
  receiptTickets: Model<ReceiptTicketRecord>;
  trustTerms: Model<TrustTermsRecord>;
  sanctions: Model<SanctionRecord>;
  partnerReviews: Model<PartnerReviewRecord>;
  reviewPairs: Model<ReviewPairRecord>;
  doubles: Model<DoubleRecord>;
  standings: Model<StandingRecord>;
  standingChanges: Model<StandingChangeRecord>;
}

/** Records by key, each read once a request and many at a time. */
export interface Loaders {
  company: DataLoader<string, CompanyRecord | null>;
  companyByNumber: DataLoader<string, CompanyRecord | null>;
  user: DataLoader<string, UserRecord | null>;
  sector: DataLoader<string, SectorRecord | null>;
  /** Of a company. */
  members: DataLoader<string, MemberRecord[]>;
  /** Messages that the viewer has not read, of a consultation; counted anew each time, because feeds live long. */
  unread: DataLoader<string, number>;
  /** Of a company. */
  trackRecord: DataLoader<string, Track>;
  /** Keeps that the viewer reads somebody's contact data, once a request. */
  contactRead: DataLoader<string, void>;
}

const silent = createLog('companies', 'silent');

/** A context for one request. */
export function createContext(
  connection: Connection,
  config: CompaniesConfig,
  viewer: Viewer,
  { wakes = noWakes, log = silent }: { wakes?: Wakes; log?: Log } = {},
): Context {
  const models = modelsOf(connection);
  const store = fileStore(config.files);
  const loaders = loadersOf(models, viewer);
  const proved = new Set<string>();
  return { viewer, connection, config, proved, ...models, loaders, store, wakes, log };
}

/** The collections of this subgraph. */
export function modelsOf(connection: Connection): Models {
  return {
    companies: companiesOf(connection),
    users: usersOf(connection),
    sessions: sessionsOf(connection),
    attempts: attemptsOf(connection),
    confirmations: confirmationsOf(connection),
    signingKeys: signingKeysOf(connection),
    letterTokens: letterTokensOf(connection),
    externalSignIns: externalSignInsOf(connection),
    identities: identitiesOf(connection),
    post: postOf(connection),
    mailbox: mailboxOf(connection),
    members: membersOf(connection),
    departures: departuresOf(connection),
    sectors: sectorsOf(connection),
    entries: entriesOf(connection),
    toldMaps: toldMapsOf(connection),
    savedSearches: savedSearchesOf(connection),
    contactReads: contactReadsOf(connection),
    expiryNotices: expiryNoticesOf(connection),
    toldProjects: toldProjectsOf(connection),
    facts: factsOf(connection),
    consultations: consultationsOf(connection),
    consultationMessages: consultationMessagesOf(connection),
    consultationReads: consultationReadsOf(connection),
    tallies: talliesOf(connection),
    cases: casesOf(connection),
    caseMessages: caseMessagesOf(connection),
    receiptTickets: receiptTicketsOf(connection),
    trustTerms: trustTermsOf(connection),
    sanctions: sanctionsOf(connection),
    partnerReviews: partnerReviewsOf(connection),
    reviewPairs: reviewPairsOf(connection),
    doubles: doublesOf(connection),
    standings: standingsOf(connection),
    standingChanges: standingChangesOf(connection),
  };
}

/** Every collection that has to be there before the subgraph answers. */
export function collectionsOf(connection: Connection): object[] {
  return [
    ...Object.values(modelsOf(connection)),
    ...answerModelsOf(connection),
    positionsOf(connection),
  ];
}

function loadersOf(models: Models, viewer: Viewer): Loaders {
  const { companies, users, sectors, members, contactReads } = models;
  return {
    company: byKey(
      (ids) => companies.find({ _id: { $in: ids } }).lean(),
      ({ _id }) => _id,
    ),
    companyByNumber: byKey(
      (numbers) => companies.find({ businessNumber: { $in: numbers.filter(Boolean) } }).lean(),
      ({ businessNumber }) => businessNumber ?? '',
    ),
    user: byKey(
      (ids) => users.find({ _id: { $in: ids } }).lean(),
      ({ _id }) => _id,
    ),
    sector: byKey(
      (codes) => sectors.find({ _id: { $in: codes } }).lean(),
      ({ _id }) => _id,
    ),
    members: new DataLoader(async (ids) => {
      const found = await members.find({ companyId: { $in: [...ids] } }).lean();
      const of = Map.groupBy(found, ({ companyId }) => companyId);
      return ids.map((id) => of.get(id) ?? []);
    }),
    trackRecord: new DataLoader(async (ids) => {
      const records = await findTrackRecords(models, ids);
      return ids.map((id) => records.get(id) ?? new Error(`Company ${id} has no record.`));
    }),
    unread: new DataLoader(
      async (ids) => {
        const counts = await countUnread({ ...models, viewer }, ids);
        return ids.map((id) => counts.get(id) ?? 0);
      },
      { cache: false },
    ),
    contactRead: new DataLoader(async (subjectIds) => {
      const { userId, requestId } = viewer;
      const at = new Date();
      const reads = subjectIds.map((subjectId) => ({
        _id: newId(),
        subjectId,
        readerId: userId ?? '',
        requestId,
        at,
      }));
      await contactReads.insertMany(reads);
      return subjectIds.map(() => undefined);
    }),
  };
}

function byKey<Record>(
  find: (keys: string[]) => PromiseLike<Record[]>,
  keyOf: (record: Record) => string,
): DataLoader<string, Record | null> {
  return new DataLoader(async (keys) => {
    const found = new Map((await find([...keys])).map((record) => [keyOf(record), record]));
    return keys.map((key) => found.get(key) ?? null);
  });
}

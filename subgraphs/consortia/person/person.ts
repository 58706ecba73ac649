/** What consortia keep of people: who asked, submitted, judged and paid, which public money needs to know. */
import type { Trace } from '#kit/person.ts';

const deed = (collection: string, by: string, ...shown: string[]): Trace => ({
  collection,
  by,
  shown,
  forgotten: 'KEPT',
});

/** Records that name people. Only reviewers are kept by name; the name goes, and nobody gets a review any more. */
export const traces: readonly Trace[] = [
  {
    collection: 'reviewers',
    by: 'userId',
    shown: ['name', 'technologyIds', 'affiliations', 'mostReviews', 'isActive'],
    forgotten: { name: { ko: null, en: '—' }, affiliations: [], isActive: false },
  },
  deed('reviews', 'userId', 'callId', 'projectId'),
  deed('projects', 'draftedBy', 'draftedAt'),
  deed('projects', 'sources.copiedBy', 'draftedAt'),
  deed('requirementTemplateVersions', 'keptBy', 'templateId', 'keptAt'),
  deed('assemblies', 'requestedBy', 'projectId', 'requestedAt'),
  deed('documents', 'uploadedBy', 'projectId', 'uploadedAt'),
  deed('submissions', 'submittedBy', 'projectId', 'submittedAt'),
  deed('ledger', 'recordedBy', 'projectId', 'recordedAt'),
  deed('recoveries', 'demandedBy', 'projectId', 'demandedAt'),
  deed('projects', 'settlements.settledBy', 'settledAt'),
  deed('projects', 'settlements.openedBy', 'settledAt'),
  deed('agreements', 'drawnUpBy', 'consortiumId', 'drawnUpAt'),
  deed('agreements', 'signatures.userId', 'consortiumId'),
  deed('agreements', 'reopening.userId', 'consortiumId'),
  deed('agreements', 'withdrawal.userId', 'consortiumId'),
  deed('agreement_templates', 'publishedBy', 'publishedAt'),
  deed('planChanges', 'proposedBy', 'projectId', 'proposedAt'),
  deed('reviews', 'setAsideBy', 'callId', 'projectId'),
  deed('reviews', 'released.by', 'callId', 'projectId', 'released'),
  deed('appeals', 'filedBy', 'projectId', 'filedAt'),
  deed('appeals', 'decidedBy', 'projectId', 'decidedAt'),
  deed('calls', 'decidedBy', 'title', 'decidedAt'),
  deed('milestones', 'deliverables.file.uploadedBy', 'projectId'),
  deed('pilots', 'feedback.givenBy', 'projectId'),
  deed('reports', 'reportedBy', 'projectId', 'reportedAt'),
];

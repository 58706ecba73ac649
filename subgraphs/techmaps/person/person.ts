/** What technology maps keep of people: who drafted, published and verified, which is part of the history. */
import type { Trace } from '#kit/person.ts';

/** Records that name people. */
export const traces: readonly Trace[] = [
  {
    collection: 'versions',
    by: 'createdBy',
    shown: ['mapId', 'number', 'createdAt'],
    forgotten: 'KEPT',
  },
  {
    collection: 'versions',
    by: 'publishedBy',
    shown: ['mapId', 'number', 'publishedAt'],
    forgotten: 'KEPT',
  },
  {
    collection: 'capabilitydrafts',
    by: 'savedBy',
    shown: ['savedAt'],
    forgotten: 'KEPT',
  },
  {
    collection: 'evidencefiles',
    by: 'uploadedBy',
    shown: ['companyId', 'fileName', 'uploadedAt'],
    forgotten: 'KEPT',
  },
  {
    collection: 'capabilitymaps',
    by: 'publishedBy',
    shown: ['companyId', 'publishedAt'],
    forgotten: 'KEPT',
  },
  {
    collection: 'capabilities',
    by: 'verifiedBy',
    shown: ['companyId', 'technologyId', 'verifiedAt'],
    forgotten: 'KEPT',
  },
];

/** What the marketplace keeps of people: who judged and decided, which public money needs to know. */
import type { Trace } from '#kit/person.ts';

/** Records that name people. */
export const traces: readonly Trace[] = [
  {
    collection: 'listings',
    by: 'steps.userId',
    shown: ['serviceId', 'marketplace'],
    forgotten: 'KEPT',
  },
  { collection: 'reviews', by: 'steps.userId', shown: ['serviceId'], forgotten: 'KEPT' },
  { collection: 'reviews', by: 'opinions.userId', shown: ['serviceId'], forgotten: 'KEPT' },
  { collection: 'services', by: 'audits.userId', shown: ['name'], forgotten: 'KEPT' },
];

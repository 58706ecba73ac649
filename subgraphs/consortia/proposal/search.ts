/** What a search is to those who begin it, carry it out and follow it. Shapes alone. */
import type { Progress } from '../assembly/problem.ts';
import type { AssemblyRecord, ProgressRecord } from './assembly.model.ts';
import type { Place } from './queue.ts';

/** News of a search; what is left out stays. */
export type News = Pick<ProgressRecord, 'phase'> & Partial<Omit<Progress, 'phase'>>;

/** What a search is told while it works, and tells. */
export interface Watch {
  signal: AbortSignal;
  onProgress: (news: News) => void;
}

/** What a search changes in its record when it ends. */
export type Outcome = Pick<AssemblyRecord, 'status'> &
  Partial<
    Pick<
      AssemblyRecord,
      | 'problems'
      | 'capped'
      | 'solvedAgain'
      | 'proposals'
      | 'proposalIds'
      | 'bestMemberIds'
      | 'infeasibility'
      | 'repair'
      | 'funnels'
      | 'statistics'
    >
  >;

/** The searches that this process carries out. */
export interface Searches {
  /** Names this process in the records of its searches. */
  readonly runner: string;
  /** Until when a search counts as running that shows a sign of life now. */
  leaseFromNow(): Date;
  /** Carries a stored search out when its turn comes; its end is in its record. */
  begin(record: AssemblyRecord, place: Place, work: (watch: Watch) => Promise<Outcome>): void;
  /** Resolves when a search of this process has told something, and after `millis` or the end of `signal` at the latest. */
  news(id: string, millis: number, signal?: AbortSignal): Promise<void>;
  /** Ends every search of this process as interrupted. */
  stop(): Promise<void>;
}

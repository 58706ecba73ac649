import type { Steps } from '#kit/steps.ts';

/** Where a project stands. */
export type ProjectStatus =
  | 'DRAFT'
  | 'FORMING'
  | 'SEALED'
  | 'SUBMITTED'
  | 'AWARDED'
  | 'REJECTED'
  | 'RUNNING'
  | 'COMPLETED'
  | 'TERMINATED'
  | 'WITHDRAWN';

/** States in which what a project needs may still change. */
export const openStatuses: readonly ProjectStatus[] = ['DRAFT', 'FORMING'];

/** What can be done with a project. */
export type ProjectStep =
  | 'edit'
  | 'document'
  | 'form'
  | 'disband'
  | 'seal'
  | 'reopen'
  | 'submit'
  | 'takeBack'
  | 'award'
  | 'reject'
  | 'readmit'
  | 'displace'
  | 'start'
  | 'plan'
  | 'grant'
  | 'pay'
  | 'gate'
  | 'work'
  | 'bring'
  | 'handOver'
  | 'recover'
  | 'settle'
  | 'complete'
  | 'terminate'
  | 'withdraw'
  | 'abandon';

/** The states of a project and the steps between them. */
export const projectSteps: Steps<ProjectStatus, ProjectStep> = {
  edit: { DRAFT: 'DRAFT', FORMING: 'FORMING' },
  // A sealed project is fixed but for the documents that are handed in with it.
  document: { DRAFT: 'DRAFT', FORMING: 'FORMING', SEALED: 'SEALED' },
  form: { DRAFT: 'FORMING', FORMING: 'FORMING' },
  disband: { FORMING: 'DRAFT' },
  seal: { FORMING: 'SEALED' },
  // By the consent of every member of the consortium.
  reopen: { SEALED: 'FORMING' },
  submit: { SEALED: 'SUBMITTED' },
  takeBack: { SUBMITTED: 'SEALED' },
  award: { SUBMITTED: 'AWARDED' },
  reject: { SUBMITTED: 'REJECTED' },
  // A ranking that an appeal changed; whoever has begun keeps the award.
  readmit: { REJECTED: 'AWARDED' },
  displace: { AWARDED: 'REJECTED' },
  // A free project has nobody to award it.
  start: { SEALED: 'RUNNING', AWARDED: 'RUNNING' },
  plan: {
    SEALED: 'SEALED',
    SUBMITTED: 'SUBMITTED',
    AWARDED: 'AWARDED',
    RUNNING: 'RUNNING',
  },
  // Public money, which a project that is over gets no more of.
  grant: { RUNNING: 'RUNNING' },
  // Money of a project that ended early is still returned.
  pay: { RUNNING: 'RUNNING', TERMINATED: 'TERMINATED' },
  gate: { RUNNING: 'RUNNING' },
  // Milestones, reports, visits, pilot users.
  work: { RUNNING: 'RUNNING' },
  bring: { RUNNING: 'RUNNING', COMPLETED: 'COMPLETED' },
  handOver: { COMPLETED: 'COMPLETED' },
  recover: { RUNNING: 'RUNNING', COMPLETED: 'COMPLETED', TERMINATED: 'TERMINATED' },
  settle: { COMPLETED: 'COMPLETED', TERMINATED: 'TERMINATED' },
  complete: { RUNNING: 'COMPLETED' },
  terminate: { AWARDED: 'TERMINATED', RUNNING: 'TERMINATED' },
  withdraw: { DRAFT: 'WITHDRAWN', FORMING: 'WITHDRAWN' },
  // By the consent of every member of the consortium, or by the secretariat.
  abandon: { SEALED: 'WITHDRAWN' },
};

import type { Steps } from '#kit/steps.ts';

/** Where a consortium stands. */
export type ConsortiumStatus = 'FORMING' | 'SEALED' | 'DISSOLVED';

/** Where a membership stands. */
export type MembershipStatus = 'INVITED' | 'COUNTERED' | 'ACCEPTED' | 'DECLINED' | 'WITHDRAWN';

/** What a firm is in a consortium. */
export type MembershipRole = 'LEAD' | 'PARTNER' | 'DEMAND' | 'ADVISOR';

/** What can be done with a consortium. */
export type ConsortiumStep = 'change' | 'seal' | 'reopen' | 'dissolve' | 'end';

/** The states of a consortium and the steps between them. */
export const consortiumSteps: Steps<ConsortiumStatus, ConsortiumStep> = {
  change: { FORMING: 'FORMING' },
  seal: { FORMING: 'SEALED' },
  // By the consent of every member.
  reopen: { SEALED: 'FORMING' },
  dissolve: { FORMING: 'DISSOLVED' },
  // With its project, which is taken back.
  end: { FORMING: 'DISSOLVED', SEALED: 'DISSOLVED' },
};

/** What can be done with a membership. */
export type MembershipStep =
  'ask' | 'counter' | 'grant' | 'refuse' | 'accept' | 'decline' | 'withdraw';

/** The states of a membership and the steps between them. */
export const membershipSteps: Steps<MembershipStatus, MembershipStep> = {
  // Asked again for something else.
  ask: { INVITED: 'INVITED', COUNTERED: 'INVITED', ACCEPTED: 'INVITED' },
  counter: { INVITED: 'COUNTERED', COUNTERED: 'COUNTERED' },
  grant: { COUNTERED: 'ACCEPTED' },
  refuse: { COUNTERED: 'INVITED' },
  accept: { INVITED: 'ACCEPTED', COUNTERED: 'ACCEPTED' },
  decline: { INVITED: 'DECLINED', COUNTERED: 'DECLINED' },
  withdraw: { INVITED: 'WITHDRAWN', COUNTERED: 'WITHDRAWN', ACCEPTED: 'WITHDRAWN' },
};

/** Whether a membership in this state holds the firm's place: it may yet take part. */
export function isStanding(status: MembershipStatus): boolean {
  return status === 'INVITED' || status === 'COUNTERED' || status === 'ACCEPTED';
}

/** Whether the time to accept is over for a firm that has not: it keeps its place until it is asked again or taken out. */
export function isOverdue(
  { status, deadline }: { status: MembershipStatus; deadline: Date | null },
  now: Date,
): boolean {
  const isOpen = membershipSteps.accept[status] !== undefined;
  return isOpen && deadline !== null && now >= deadline;
}

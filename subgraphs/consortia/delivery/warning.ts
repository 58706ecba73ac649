/** What is late in a project: milestones, reports, money to be paid back, money that is left. */
import { seoulDay } from '#kit/instant.ts';
import type { Context } from '../context.ts';
import type { MilestoneRecord } from '../milestone/milestone.model.ts';
import { daysLate } from '../milestone/schedule.ts';
import { openStatuses } from '../milestone/state.ts';
import type { ReportRecord } from '../progress/report.model.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import type { Account } from './books.ts';
import { readAccounts } from './money.ts';
import { dueOf } from './dues.ts';
import type { RecoveryRecord } from './recovery.model.ts';

/** Something that is late. */
export interface Warning {
  kind: 'MILESTONE' | 'REPORT' | 'RECOVERY' | 'UNSPENT';
  days: number;
  /** Id of the milestone or demand, last day of the report, code of the stage. */
  subject: string;
  company: { id: string } | null;
  /** Won. */
  amount: number | null;
}

/** A project with everything that may be late in it. */
export interface Watched {
  project: Pick<ProjectRecord, 'status' | 'stage' | 'startedAt' | 'endedAt' | 'settledAt'>;
  /** Months from one report to the next; null when none are due. */
  reportEveryMonths: number | null;
  milestones: readonly MilestoneRecord[];
  reports: readonly Pick<ReportRecord, 'to' | 'status'>[];
  recoveries: readonly RecoveryRecord[];
  accounts: readonly Pick<Account, 'companyId' | 'left'>[];
}

const dayMillis = 86_400_000;

/** Whole days from one day to another, `YYYY-MM-DD`. */
function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / dayMillis;
}

/** The day so many months later: the last of its month where that is shorter. */
export function monthsLater(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  const later = new Date(Date.UTC(year, month - 1 + months, Math.min(date, last)));
  return later.toISOString().slice(0, 10);
}

/** The day before. */
function dayBefore(day: string): string {
  return new Date(Date.parse(day) - dayMillis).toISOString().slice(0, 10);
}

/**
 * Days on which reports of a running project are due that are not there, the earliest first: those until `today`, and the
 * next. A report that was returned does not count; one about later days speaks of the earlier ones too.
 */
export function reportDays(
  { project, reportEveryMonths, reports }: Omit<Watched, 'milestones' | 'recoveries' | 'accounts'>,
  today: string,
): string[] {
  if (project.status !== 'RUNNING' || reportEveryMonths === null || !project.startedAt) return [];
  const begun = seoulDay(project.startedAt);
  const told = reports
    .filter(({ status }) => status !== 'RETURNED')
    .reduce((latest, { to }) => (to > latest ? to : latest), '');
  const days: string[] = [];
  for (let count = 1; (days.at(-1) ?? '') < today; count += 1) {
    const due = monthsLater(begun, count * reportEveryMonths);
    if (dayBefore(due) > told) days.push(due);
  }
  return days;
}

/** Everything that is late, by kind. */
export function warningsOf(watched: Watched, now: Date): Warning[] {
  const today = seoulDay(now);
  const { project, milestones, recoveries } = watched;
  const late = milestones
    .filter(({ status }) => project.status === 'RUNNING' && openStatuses.includes(status))
    .map((each) => warning('MILESTONE', daysLate(each, now), each._id));
  const unreported = reportDays(watched, today).map((due) =>
    warning('REPORT', daysBetween(due, today), dayBefore(due)),
  );
  const owed = recoveries
    .filter(({ status }) => status === 'DEMANDED')
    .map((each) =>
      warning('RECOVERY', daysBetween(each.dueOn, today), each._id, each.companyId, dueOf(each)),
    );
  return [...late, ...unreported, ...owed, ...unspent(watched, today)].filter(
    ({ days }) => days > 0,
  );
}

function warning(
  kind: Warning['kind'],
  days: number,
  subject: string,
  companyId: string | null = null,
  amount: number | null = null,
): Warning {
  return { kind, days, subject, company: companyId === null ? null : { id: companyId }, amount };
}

/** Money in hand after the last day of the stage's milestones, or after the project ended early. */
function unspent({ project, milestones, accounts }: Watched, today: string): Warning[] {
  const over = overOn(project, milestones);
  if (over === null) return [];
  const days = daysBetween(over, today);
  return accounts
    .filter(({ left }) => left > 0)
    .map(({ companyId, left }) => warning('UNSPENT', days, project.stage ?? '', companyId, left));
}

/** The last day of what a project spends money on now; null where nobody named one. */
function overOn(
  { status, stage, endedAt, settledAt }: Watched['project'],
  milestones: Watched['milestones'],
): string | null {
  if (status === 'TERMINATED' && endedAt && !settledAt) return seoulDay(endedAt);
  if (status !== 'RUNNING') return null;
  const days = milestones.filter((each) => each.stage === stage).map(({ dueOn }) => dueOn);
  return days.toSorted().at(-1) ?? null;
}

/** What is late in a project, for those who take part and the secretariat; empty for others. */
export async function findWarnings(context: Context, project: ProjectRecord): Promise<Warning[]> {
  const { viewer, loaders, arrivedAt } = context;
  if (!isParticipant(viewer, project)) return [];
  const watched: Watched = {
    project,
    reportEveryMonths: await reportMonths(context, project),
    milestones: await loaders.milestonesIn.load(project._id),
    reports: await loaders.reportsIn.load(project._id),
    recoveries: await loaders.recoveriesIn.load(project._id),
    accounts: await readAccounts(context, project),
  };
  return warningsOf(watched, arrivedAt);
}

/** When a project's next report is due, for those who take part and the secretariat; null for others. */
export async function findReportDay(
  context: Context,
  project: ProjectRecord,
): Promise<string | null> {
  const { viewer, loaders, arrivedAt } = context;
  if (project.status !== 'RUNNING' || !isParticipant(viewer, project)) return null;
  const reportEveryMonths = await reportMonths(context, project);
  const reports = await loaders.reportsIn.load(project._id);
  return reportDays({ project, reportEveryMonths, reports }, seoulDay(arrivedAt))[0] ?? null;
}

async function reportMonths(
  { loaders }: Pick<Context, 'loaders'>,
  { callId }: ProjectRecord,
): Promise<number | null> {
  const call = callId === null ? null : await loaders.call.load(callId);
  return call?.rules.reportEveryMonths ?? null;
}

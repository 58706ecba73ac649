/** A project that is carried out, as the tests of its course see it. */
import {
  editorOf,
  sealAlone,
  secretary,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { user } from '../service.ts';

/** The service and its facts, once a course was begun. */
export let alliance: Alliance;

/** Starts the service with a lead, a helper and a pilot user. */
export async function startCourse(): Promise<void> {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'], capacity: 9 }, { mesh: 9 });
  await alliance.tellFirm('helper');
  await alliance.tellFirm('hospital', { kinds: ['DEMAND'] });
}

/** An editor of the lead's firm. */
export const lead = editorOf('infra');
/** An owner of the lead's firm. */
export const owner = user('owner', { companies: { infra: 'OWNER' } });
/** An editor of a firm that tries what is made. */
export const pilotUser = editorOf('hospital');
/** So many days from today in Asia/Seoul. */
export const day = (days: number) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Seoul' }).format(
    new Date(Date.now() + days * 86_400_000),
  );

/** A thing that is changed with its revision. */
export interface Revised {
  id: string;
  revision: number;
  status: string;
}
/** What a mutation of a project's course answers. */
export interface Answer {
  problems: SeenProblem[];
  project?: (Revised & { isOnTime: boolean; settledAt: string }) | null;
  milestone?: Revised | null;
  change?: Revised | null;
  report?: (Revised & { number: number }) | null;
  visit?: Revised | null;
  pilot?: Revised | null;
  outcome?: Revised | null;
  recovery?: Revised | null;
  entry?: { number: number } | null;
}
const fieldsOf: Record<string, string> = {
  project: 'project { id revision status isOnTime settledAt }',
  milestone: 'milestone { id revision status }',
  change: 'change { id revision status }',
  report: 'report { id revision status number }',
  visit: 'visit { id revision status }',
  pilot: 'pilot { id revision }',
  outcome: 'outcome { id revision status }',
  recovery: 'recovery { id revision status }',
  entry: 'entry { number }',
};
/** Carries out a mutation and reads one field of its payload. */
export const act = (viewer: typeof lead, mutation: string, field: string, input: object) =>
  alliance.change<Answer>(viewer, mutation, input, fieldsOf[field] ?? '');

interface SeenProject {
  revision: number;
  status: string;
  milestones: (Revised & { daysLate: number })[];
  planChanges: Revised[];
  progressReports: object[];
  siteVisits: object[];
  pilots: object[];
  outcomes: object[];
  recoveries: object[];
  pilotRating: number | null;
  isOnTime: boolean | null;
}
/** A project as a viewer sees it. */
export const read = async (viewer: typeof lead, id: string) =>
  (
    await alliance.data<{ project: SeenProject }>(
      viewer,
      `query ($id: ID!) { project(id: $id) {
        revision status isOnTime pilotRating
        milestones { id revision status daysLate deliverables { code file { fileName content } } }
        planChanges { id revision status items { item amount } milestones { name { ko } } }
        progressReports { number done status } siteVisits { on status isSatisfactory }
        pilots { company { id } feedback { rating words { ko } } }
        outcomes { name { ko } status suppliers { company { id } share } }
        recoveries { amount status }
      } }`,
      { id },
    )
  ).project;

const report = { code: 'REPORT', name: { ko: '보고서' } };
const milestones = (dueOn: string) => [
  { name: { ko: '설계' }, dueOn, deliverables: [report] },
  { name: { ko: '구축' }, dueOn: day(30) },
];

/** A running project of one firm: free, or under a call whose award is taken for granted. */
export async function running(underCall: boolean, dueOn = day(3)): Promise<string> {
  const { id, revision } = await sealAlone(alliance, 'infra', null, { budget: 1_000 });
  const planned = await act(lead, 'planBudget', 'project', {
    projectId: id,
    revision,
    items: [{ companyId: 'infra', item: 'people', amount: 1_000 }],
  });
  const scheduled = await act(lead, 'setMilestones', 'project', {
    projectId: id,
    revision: planned.project?.revision,
    milestones: milestones(dueOn),
  });
  await act(lead, 'startProject', 'project', {
    projectId: id,
    revision: scheduled.project?.revision,
  });
  if (underCall)
    await alliance.connection
      .collection('projects')
      .updateOne({ _id: id } as object, { $set: { callId: 'a-call' } });
  return id;
}

/** Delivers a milestone with its files, and has it accepted. */
export async function bring(
  id: string,
  index: number,
  decider: typeof lead,
  files: readonly string[] = [],
): Promise<Answer> {
  const milestone = (await read(lead, id)).milestones[index];
  let revision = milestone?.revision ?? 0;
  const milestoneId = milestone?.id;
  for (const code of files) {
    const content = Buffer.from('%PDF-1.4\n보고서').toString('base64');
    const input = { milestoneId, revision, code, fileName: '보고서.pdf', content };
    const { milestone: filed } = await act(lead, 'uploadDeliverable', 'milestone', input);
    revision = filed?.revision ?? 0;
  }
  const delivered = await act(lead, 'deliverMilestone', 'milestone', { milestoneId, revision });
  if (delivered.problems.length > 0) return delivered;
  return act(decider, 'decideMilestone', 'milestone', {
    milestoneId,
    revision: delivered.milestone?.revision,
    accept: true,
  });
}

/** Completes a project. */
export const finish = async (id: string, viewer = secretary) =>
  act(viewer, 'completeProject', 'project', {
    projectId: id,
    revision: (await read(lead, id)).revision,
  });

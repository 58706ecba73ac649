/** What is wrong with a project's milestones, and how late they are. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import { seoulDay } from '#kit/instant.ts';
import type { Text } from '#kit/text.ts';
import { nameLength, readText, type GivenText } from '../form/wording.ts';
import { breach } from '../programme/breaches.ts';
import type { MilestoneRecord } from './milestone.model.ts';
import { openStatuses } from './state.ts';

const milestonesLimit = 200;
const deliverablesLimit = 20;
const codeForm = /^[A-Z][A-Z0-9_]{1,39}$/;
const dayMillis = 86_400_000;

/** A milestone as a client gives it. */
export interface GivenMilestone {
  /** One that is there already; left out for a new one. */
  id?: string | null | undefined;
  stage?: string | null | undefined;
  name: GivenText;
  dueOn: string;
  deliverables?: readonly { code: string; name: GivenText }[] | null | undefined;
}

/** A milestone as it is planned. */
export interface PlannedMilestone {
  id: string | null;
  stage: string | null;
  name: Text;
  dueOn: string;
  deliverables: { code: string; name: Text }[];
}

/**
 * A schedule as given, with everything that is wrong with it added to `faults`: INVALID (rules STAGE, MILESTONE_FIXED),
 * NOT_FOUND (id), LIMIT_REACHED.
 *
 * @param stages codes of the project's stages; empty when it has none
 * @param there its milestones as they are
 */
export function readSchedule(
  given: readonly GivenMilestone[],
  stages: readonly string[],
  there: readonly MilestoneRecord[],
  faults: Problem[],
  at: readonly string[] = ['milestones'],
): PlannedMilestone[] {
  if (given.length > milestonesLimit)
    faults.push(
      problem('LIMIT_REACHED', `A project has up to ${milestonesLimit} milestones.`, [...at], {
        rule: 'MILESTONES_MOST',
        limit: String(milestonesLimit),
        found: String(given.length),
      }),
    );
  const planned = given.map((each, index) =>
    readMilestone(each, stages, [...at, String(index)], faults),
  );
  planned.forEach(({ id }, index) => {
    const path = [...at, String(index), 'id'];
    if (id !== null && !there.some(({ _id }) => _id === id))
      faults.push(problem('NOT_FOUND', 'The project has no such milestone.', path));
    if (id !== null && planned.findIndex((each) => each.id === id) < index)
      faults.push(breach('NAMED_ONCE', 'This milestone is there twice.', 1, 2, path));
  });
  for (const one of there) faults.push(...fixedFaults(one, planned, at));
  return planned;
}

function readMilestone(
  { id, stage, name, dueOn, deliverables }: GivenMilestone,
  stages: readonly string[],
  path: string[],
  faults: Problem[],
): PlannedMilestone {
  const isStage = stages.length === 0 ? stage == null : stages.includes(stage ?? '');
  if (!isStage)
    faults.push(
      breach('STAGE', 'The call has no such stage.', stages.join(', '), stage ?? 'none', [
        ...path,
        'stage',
      ]),
    );
  const items = deliverables ?? [];
  if (items.length > deliverablesLimit)
    faults.push(
      problem(
        'LIMIT_REACHED',
        `A milestone has up to ${deliverablesLimit} deliverables.`,
        [...path, 'deliverables'],
        {
          rule: 'DELIVERABLES_MOST',
          limit: String(deliverablesLimit),
          found: String(items.length),
        },
      ),
    );
  return {
    id: id ?? null,
    stage: stage ?? null,
    name: readText(name, nameLength, [...path, 'name'], faults),
    dueOn,
    deliverables: items.map((item, index) => {
      const place = [...path, 'deliverables', String(index)];
      if (!codeForm.test(item.code))
        faults.push(
          breach(
            'CODE_FORM',
            'A code is 2 to 40 of A-Z, 0-9 and _.',
            codeForm.source,
            item.code.slice(0, 60),
            [...place, 'code'],
          ),
        );
      if (items.findIndex(({ code }) => code === item.code) < index)
        faults.push(breach('CODE_ONCE', 'This code is there twice.', 1, 2, [...place, 'code']));
      return { code: item.code, name: readText(item.name, nameLength, [...place, 'name'], faults) };
    }),
  };
}

/** What was delivered stays as it was. */
function fixedFaults(
  record: MilestoneRecord,
  planned: readonly PlannedMilestone[],
  at: readonly string[],
): Problem[] {
  if (openStatuses.includes(record.status)) return [];
  const index = planned.findIndex(({ id }) => id === record._id);
  const kept = planned[index];
  if (kept && isSame(record, kept)) return [];
  const path = kept ? [...at, String(index)] : [...at];
  return [
    breach(
      'MILESTONE_FIXED',
      'What was delivered stays as it was.',
      record.status,
      record._id,
      path,
    ),
  ];
}

function isSame(record: MilestoneRecord, planned: PlannedMilestone): boolean {
  const shape = ({ stage, name, dueOn, deliverables }: Omit<PlannedMilestone, 'id'>) =>
    JSON.stringify([
      stage,
      name.ko,
      name.en,
      dueOn,
      deliverables.map((each) => [each.code, each.name.ko, each.name.en]),
    ]);
  return shape(record) === shape(planned);
}

/** Whole days that a milestone is late, or was when it was delivered; 0 when it is in time. */
export function daysLate(
  { dueOn, deliveredAt, status }: Pick<MilestoneRecord, 'dueOn' | 'deliveredAt' | 'status'>,
  now: Date,
): number {
  const day = openStatuses.includes(status) || !deliveredAt ? seoulDay(now) : seoulDay(deliveredAt);
  return Math.max(0, (Date.parse(day) - Date.parse(dueOn)) / dayMillis);
}

/** Whether everything was delivered by its day. */
export function isOnTime(milestones: readonly MilestoneRecord[], now: Date): boolean {
  return milestones.every((each) => daysLate(each, now) === 0);
}

/** Milestones of a stage (or of all, with null) that are not accepted, as breaches of a rule. */
export function unaccepted(
  milestones: readonly MilestoneRecord[],
  stage: string | null,
): Problem[] {
  return milestones
    .filter((each) => each.status !== 'ACCEPTED' && (stage === null || each.stage === stage))
    .map(({ _id, status }) =>
      breach('MILESTONES_ACCEPTED', `Milestone ${_id} is not accepted.`, 'ACCEPTED', status, [
        'projectId',
      ]),
    );
}

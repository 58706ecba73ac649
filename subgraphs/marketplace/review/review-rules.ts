/** The way of a review, its exemptions and its clock. Pure. */
import { seoulDay } from '#kit/instant.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import { tidy, tidyText } from '#kit/text.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import { isWebAddress, type TextInput } from '../service/service-details.ts';
import type { ServiceModel, ServiceRecord } from '../service/service.model.ts';
import type {
  ReviewRecord,
  SelectionPart,
  SelectionStatus,
  SelectionStep,
  ServiceLevels,
} from './review.model.ts';

/** Where a review may go from each state. */
export const nextStatuses: Readonly<Record<SelectionStatus, readonly SelectionStatus[]>> = {
  SUBMITTED: ['RETURNED', 'ELIGIBILITY', 'CAPABILITY', 'SELECTED', 'WITHDRAWN'],
  RETURNED: ['SUBMITTED', 'WITHDRAWN'],
  ELIGIBILITY: ['CAPABILITY', 'SELECTED', 'REJECTED', 'WITHDRAWN'],
  CAPABILITY: ['SELECTED', 'REJECTED', 'WITHDRAWN'],
  SELECTED: [],
  REJECTED: [],
  WITHDRAWN: [],
};

/** From which parts a review is exempt. */
export interface Exemptions {
  eligibility: boolean;
  capability: boolean;
}

const dayMillis = 86_400_000;

/** Types of CSAP certificates that cover what a service delivers; a service that delivers none of these has no CSAP. */
const csapTypes: Readonly<Partial<Record<ServiceModel, readonly string[]>>> = {
  IAAS: ['IAAS', 'DAAS'],
  PAAS: ['IAAS', 'SAAS_STANDARD'],
  SAAS: ['SAAS_STANDARD', 'SAAS_SIMPLE', 'DAAS'],
};

/**
 * From which parts a service is exempt: a firm that has a selected service from eligibility, a service with a CSAP
 * certificate that holds from capability. The service must claim the certificate, and the firm's must be on record,
 * for everything that the service delivers.
 *
 * @param hasSelected whether the firm has a selected service
 */
export function exemptionsOf(
  service: Pick<ServiceRecord, 'models' | 'certifications'>,
  provider: Pick<CompanyRecord, 'certificates'> | null,
  hasSelected: boolean,
  now: Date,
): Exemptions {
  const today = seoulDay(now);
  const claimed = service.certifications.some(
    ({ scheme, validTo }) => scheme === 'CSAP' && (validTo === null || validTo >= today),
  );
  const held = (provider?.certificates ?? []).filter(
    ({ scheme, validFrom, validTo }) =>
      scheme === 'CSAP' && validFrom <= today && (validTo === null || validTo >= today),
  );
  const covered = service.models.every((model) =>
    held.some(({ type }) => type !== null && csapTypes[model]?.includes(type)),
  );
  return {
    eligibility: hasSelected,
    capability: claimed && covered && service.models.length > 0,
  };
}

/** Where a review goes when a step is passed: the parts in their order, without those from which it is exempt. */
export function nextAfter(status: SelectionStatus, exempt: Exemptions): SelectionStatus {
  if (status === 'SUBMITTED' && !exempt.eligibility) return 'ELIGIBILITY';
  if (status !== 'CAPABILITY' && !exempt.capability) return 'CAPABILITY';
  return 'SELECTED';
}

/** The part that reviewers look at in a state, or null. */
export function partOf(status: SelectionStatus): SelectionPart | null {
  return status === 'ELIGIBILITY' || status === 'CAPABILITY' ? status : null;
}

/** Whether a review in this state is under way. */
export function isOpen(status: SelectionStatus): boolean {
  return nextStatuses[status].length > 0;
}

/** Whether time in this state is time under review. */
function isCounted(status: SelectionStatus): boolean {
  return isOpen(status) && status !== 'RETURNED';
}

/**
 * Days under review so far, 24 hours each, two decimals; the time in which the provider completes it does not count.
 */
export function daysUnderReview(steps: readonly SelectionStep[], now: Date): number {
  const millis = steps.map((step, index) =>
    isCounted(step.status) ? lasting(steps, index, now) : 0,
  );
  return inDays(millis.reduce((sum, each) => sum + each, 0));
}

/** Days that a step lasted, or has lasted so far; 0 for the step that ended the review. */
function daysOfStep(steps: readonly SelectionStep[], index: number, now: Date): number {
  const step = steps[index];
  return step && isOpen(step.status) ? inDays(lasting(steps, index, now)) : 0;
}

function lasting(steps: readonly SelectionStep[], index: number, now: Date): number {
  const from = steps[index]?.at ?? now;
  const to = steps[index + 1]?.at ?? now;
  return Math.max(0, to.getTime() - from.getTime());
}

function inDays(millis: number): number {
  return Math.round((millis / dayMillis) * 100) / 100;
}

/** Days that a step should take; null where nobody of the review waits. */
function targetOfStep(
  status: SelectionStatus,
  { completenessDays, eligibilityDays, capabilityDays }: ReviewRecord['terms'],
): number | null {
  if (status === 'SUBMITTED') return completenessDays;
  if (status === 'ELIGIBILITY') return eligibilityDays;
  return status === 'CAPABILITY' ? capabilityDays : null;
}

/** A step with its own clock. */
export type ShownStep = Pick<SelectionStep, 'status' | 'at' | 'note'> & {
  days: number;
  targetDays: number | null;
};

/** Every step, each with its own clock. */
export function stepsShown(
  { steps, terms }: Pick<ReviewRecord, 'steps' | 'terms'>,
  now: Date,
): ShownStep[] {
  return steps.map(({ status, at, note }, index) => ({
    status,
    at,
    note,
    days: daysOfStep(steps, index, now),
    targetDays: targetOfStep(status, terms),
  }));
}

/** Days that a review should take: its steps without those from which it is exempt. */
export function targetDays({
  terms,
  exemptions,
}: Pick<ReviewRecord, 'terms' | 'exemptions'>): number {
  return (
    terms.completenessDays +
    (exemptions?.eligibility === true ? 0 : terms.eligibilityDays) +
    (exemptions?.capability === true ? 0 : terms.capabilityDays)
  );
}

/** Why a step cannot be taken; none when it can. */
export function stepProblems(
  { status }: Pick<ReviewRecord, 'status'>,
  from: readonly SelectionStatus[],
): Problem[] {
  return from.includes(status)
    ? []
    : [
        problem('WRONG_STATE', `This review is ${status}.`, ['id'], {
          limit: from.join(', '),
          found: status,
        }),
      ];
}

/** What a service promises, as somebody gives it. */
export interface ServiceLevelsInput {
  availability: number;
  responseHours: number;
  recoveryHours: number;
  compensation: TextInput;
  url?: string | null | undefined;
}

/** Service levels as they are kept. */
export function levelsOf(input: ServiceLevelsInput): ServiceLevels {
  const { availability, responseHours, recoveryHours, compensation, url } = input;
  return {
    availability,
    responseHours,
    recoveryHours,
    compensation: tidyText({ ko: compensation.ko ?? null, en: compensation.en ?? null }),
    url: url == null ? null : tidy(url) || null,
  };
}

/** Every fault of service levels, below `levels`. */
export function levelProblems(levels: ServiceLevels): Problem[] {
  const { availability, responseHours, recoveryHours, compensation, url } = levels;
  const texts = [compensation.ko, compensation.en].filter((each) => each !== null);
  const said = texts.length > 0 && texts.every(({ length }) => length >= 2 && length <= 2_000);
  const faults: [boolean, string, string][] = [
    [availability < 5_000, 'availability', 'This is at least 5,000 basis points.'],
    [!isWithin(responseHours), 'responseHours', 'This is 1 to 720 hours.'],
    [!isWithin(recoveryHours), 'recoveryHours', 'This is 1 to 720 hours.'],
    [!said, 'compensation', 'This has 2 to 2,000 characters in each language that is there.'],
    [url !== null && !isWebAddress(url), 'url', 'This is an http or https address.'],
  ];
  return faults
    .filter(([isFault]) => isFault)
    .map(([, field, message]) => problem('INVALID', message, ['levels', field]));
}

function isWithin(hours: number): boolean {
  return hours >= 1 && hours <= 720;
}

/** A note as it is kept; null when nothing was noted. */
export function noteOf(note: string | null | undefined): string | null {
  return note == null ? null : tidy(note) || null;
}

/**
 * Why a note cannot be kept.
 *
 * @param needed a sentence that says why it is needed, or null when it is not
 */
export function noteProblems(note: string | null, needed: string | null = null): Problem[] {
  if (note === null) return needed === null ? [] : [problem('INVALID', needed, ['note'])];
  return note.length <= 2_000
    ? []
    : [problem('INVALID', 'A note has at most 2,000 characters.', ['note'])];
}

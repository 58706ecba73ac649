/** Calls: a programme opened for a year and sectors. */
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import type { Text } from '#kit/text.ts';
import { signedInAs, type Viewer } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import type { ProgrammeRecord } from '../programme/programme.model.ts';
import { readRules, type GivenRules } from '../programme/edition.ts';
import { rulesOn, type Rules } from '../programme/rules.ts';
import { sectorFaults } from '../programme/sector.ts';
import { firstYear, lastYear, sectorCodeFaults } from '../programme/soundness.ts';
import { breach } from '../programme/breaches.ts';
import { nameLength, readText, type GivenText } from '../form/wording.ts';
import type { CallPage, CallRecord } from './call.model.ts';
import { callStatus, type CallStatus } from './state.ts';

const anySector = '*';
const slotsLimit = 10_000;
/** Most money of one call, won; sums over calls stay exact. */
const budgetLimit = 1_000_000_000_000_000;

/** Which calls. */
export interface CallFilter {
  programmeId?: string | null | undefined;
  year?: number | null | undefined;
  status?: CallStatus | null | undefined;
  sector?: string | null | undefined;
}

/** Calls, those that close last first; visitors see those that have opened. */
export function findCalls(
  { viewer, calls }: Context,
  listing: Listing<CallFilter>,
): Promise<CallPage> {
  const { programmeId, year, status, sector } = listing.filter ?? {};
  const now = new Date();
  const conditions = [
    ...(viewer.userId === null ? [{ opensAt: { $lte: now } }] : []),
    ...(programmeId == null ? [] : [{ programmeId }]),
    ...(year == null ? [] : [{ year }]),
    ...(status == null ? [] : [inStatus(status, now)]),
    ...(sector == null ? [] : [{ sectorKeys: { $in: [sector, anySector] } }]),
  ];
  const order = [
    ['closesAt', -1],
    ['_id', -1],
  ] as const;
  return findPage(calls, conditions.length > 0 ? { $and: conditions } : {}, order, pageOf(listing));
}

function inStatus(status: CallStatus, now: Date): object {
  if (status === 'SCHEDULED') return { opensAt: { $gt: now } };
  if (status === 'CLOSED') return { closesAt: { $lte: now } };
  return { opensAt: { $lte: now }, closesAt: { $gt: now } };
}

/** The call, or null when there is none or the viewer may not know of it. */
export async function findCall(
  { viewer, loaders }: Context,
  id: string,
): Promise<CallRecord | null> {
  const call = await loaders.call.load(id);
  return call && mayKnow(viewer, call, new Date()) ? call : null;
}

function mayKnow(viewer: Viewer, call: CallRecord, now: Date): boolean {
  return viewer.userId !== null || callStatus(call, now) !== 'SCHEDULED';
}

/** What a call is, as a client gives it. */
export interface GivenCall {
  title: GivenText;
  year: number;
  sectors: string[];
  budget: number;
  slots: number;
  opensAt: Date;
  closesAt: Date;
  rules?: GivenRules | null | undefined;
}

/** What of a call is given, and not counted or decided later. */
export type CallContent = Omit<
  CallRecord,
  '_id' | 'programmeId' | 'submissions' | 'ranking' | 'decidedAt' | 'revision'
>;

/** What a call is before anything happened to it. */
export const untouched = { submissions: 0, ranking: null, decidedAt: null, revision: 1 };

/** A call's content as it is kept; every fault is added to `faults`. */
export function readCall(
  given: GivenCall,
  programme: Pick<ProgrammeRecord, 'editions'>,
  path: string[],
  faults: Problem[],
): CallContent {
  const { year, sectors, budget, slots, opensAt, closesAt } = given;
  const title: Text = readText(given.title, nameLength, [...path, 'title'], faults);
  faults.push(...rangeFaults(given, path));
  faults.push(...sectorCodeFaults(sectors, path));
  const rules = given.rules
    ? readRules(given.rules, [...path, 'rules'], faults)
    : rulesOn(programme.editions, seoulDay(opensAt));
  faults.push(
    ...(rules
      ? callBreaches(rules, { year, sectors }, path)
      : [noRulesFault(programme.editions, opensAt, path)]),
  );
  return {
    title,
    year,
    sectors,
    sectorKeys: sectors.length > 0 ? sectors : [anySector],
    budget,
    slots,
    opensAt,
    closesAt,
    // Without rules there is a fault, and nothing is kept.
    rules: rules ?? ({} as Rules),
  };
}

function noRulesFault(editions: readonly Rules[], opensAt: Date, path: string[]): Problem {
  const periods = editions.map(({ validFrom, validTo }) => `${validFrom}/${validTo ?? '..'}`);
  const message = 'The programme has no rules on the day of opening.';
  const at = [...path, 'opensAt'];
  return breach('RULES_IN_FORCE', message, periods.join(', '), seoulDay(opensAt), at);
}

/** Numbers and dates of a call that cannot be, whatever the rules. */
function rangeFaults(
  { year, budget, slots, opensAt, closesAt }: GivenCall,
  path: string[],
): Problem[] {
  const ranges = [
    ['YEAR_RANGE', 'year', year, firstYear, lastYear],
    ['BUDGET_RANGE', 'budget', budget, 1, budgetLimit],
    ['SLOTS_RANGE', 'slots', slots, 1, slotsLimit],
  ] as const;
  const found = ranges
    .filter(([, , value, least, most]) => value < least || value > most)
    .map(([rule, field, value, least, most]) =>
      breach(rule, `This is from ${least} to ${most}.`, `${least}-${most}`, value, [
        ...path,
        field,
      ]),
    );
  if (opensAt < closesAt) return found;
  const limit = opensAt.toISOString();
  return [
    ...found,
    breach('CLOSES_AFTER', 'A call closes after it opens.', limit, closesAt.toISOString(), [
      ...path,
      'closesAt',
    ]),
  ];
}

/** Rules that a call itself breaks: its year and its sectors. */
export function callBreaches(
  rules: Rules,
  { year, sectors }: Pick<CallRecord, 'year' | 'sectors'>,
  path: string[],
): Problem[] {
  const found: Problem[] = [];
  if (rules.years.length > 0 && !rules.years.includes(year))
    found.push(
      breach('YEAR', 'No call may open in this year.', rules.years.join(', '), year, [
        ...path,
        'year',
      ]),
    );
  sectors.forEach((sector, index) => {
    if (rules.sectors.length > 0 && !rules.sectors.includes(sector))
      found.push(
        breach('SECTOR', 'This sector may not be called.', rules.sectors.join(', '), sector, [
          ...path,
          'sectors',
          String(index),
        ]),
      );
  });
  return found;
}

/**
 * Opens a programme for a year and sectors. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (programmeId), INVALID (each field; rules YEAR_RANGE, BUDGET_RANGE, SLOTS_RANGE,
 * CLOSES_AFTER, YEAR, SECTOR), LIMIT_REACHED (sectors; rule SECTORS_A_YEAR)
 */
export async function openCall(
  context: Context,
  given: GivenCall & { programmeId: string },
): Promise<CallRecord> {
  const { viewer, programmes, calls } = context;
  signedInAs(viewer, 'SECRETARIAT');
  const programme = await programmes.findById(given.programmeId).lean<ProgrammeRecord>();
  if (!programme) throw refusal('NOT_FOUND', 'There is no such programme.', ['programmeId']);
  const faults: Problem[] = [];
  const content = readCall(given, programme, [], faults);
  faults.push(...(await callSectorFaults(context, given)));
  refuseAny([...faults, ...(await sectorsFaults(context, programme._id, content))]);
  const record: CallRecord = {
    _id: newId(),
    programmeId: programme._id,
    ...content,
    ...untouched,
  };
  await calls.create([record]);
  return record;
}

/** Sectors of a call, and of rules of its own, that there are not. */
export async function callSectorFaults(
  context: Context,
  { sectors, rules }: Partial<Pick<GivenCall, 'sectors' | 'rules'>>,
  path: readonly string[] = [],
): Promise<Problem[]> {
  return [
    ...(await sectorFaults(context, sectors, path)),
    ...(await sectorFaults(context, rules?.sectors, [...path, 'rules'])),
  ];
}

/** Says whether a call would bring the sectors called in its year above the rules' limit. */
export async function sectorsFaults(
  { programmes, calls }: Context,
  programmeId: string,
  call: CalledSectors,
  exceptId = '',
): Promise<Problem[]> {
  // Two openings in one year meet on the programme: one of them runs again and sees the other.
  await programmes.updateOne({ _id: programmeId }, { $inc: { callsOpened: 1 } });
  const others = await calls
    .find({ programmeId, year: call.year, _id: { $ne: exceptId } })
    .lean<CallRecord[]>();
  return sectorsBreaches(call, others, []);
}

/** What the limit on sectors a year looks at. */
export type CalledSectors = Pick<CallRecord, 'year' | 'sectors' | 'rules'>;

/** Whether a call and the others of its programme call more sectors in its year than its rules allow. */
export function sectorsBreaches(
  { year, sectors, rules }: CalledSectors,
  others: readonly CalledSectors[],
  path: string[],
): Problem[] {
  const sameYear = others.filter((other) => other.year === year);
  const called = new Set([...sameYear.flatMap((other) => other.sectors), ...sectors]);
  // A call that found no rules has other faults.
  const limit = rules.maxSectorsPerYear ?? null;
  if (limit === null || called.size <= limit) return [];
  return [
    problem(
      'LIMIT_REACHED',
      'More sectors would be called in this year than the programme allows.',
      [...path, 'sectors'],
      { rule: 'SECTORS_A_YEAR', limit: String(limit), found: String(called.size) },
    ),
  ];
}

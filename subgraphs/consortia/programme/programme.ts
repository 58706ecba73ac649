/** Programmes: lines of public support, with rules as data. */
import { newId } from '#kit/id.ts';
import { findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import type { Text } from '#kit/text.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import { nameLength, readText, type GivenText } from '../form/wording.ts';
import type { ProgrammePage, ProgrammeRecord } from './programme.model.ts';
import { editionFaults } from './sector.ts';
import { orderEditions, readRules, type GivenRules } from './edition.ts';
import { type Rules } from './rules.ts';
import { codeFaults } from './soundness.ts';

const editionsLimit = 100;

/** Programmes, newest first. */
export function findProgrammes(
  { programmes }: Context,
  listing: Listing<{ kind?: string | null | undefined }>,
): Promise<ProgrammePage> {
  const filter = listing.filter?.kind == null ? {} : { kind: listing.filter.kind };
  return findPage(programmes, filter, [['_id', -1]], pageOf(listing));
}

/** What a programme is, as a client gives it. */
export interface GivenProgramme {
  kind: string;
  name: GivenText;
  rules: readonly GivenRules[];
}

/** A programme's content as it is kept; every fault is added to `faults`. */
export function readProgramme(
  given: GivenProgramme,
  path: string[],
  faults: Problem[],
): { kind: string; name: Text; editions: Rules[] } {
  faults.push(...codeFaults(given.kind, [...path, 'kind']));
  const name = readText(given.name, nameLength, [...path, 'name'], faults);
  const at = [...path, 'rules'];
  if (given.rules.length > editionsLimit)
    faults.push(
      problem('INVALID', `There are up to ${editionsLimit} editions.`, at, {
        rule: 'EDITIONS_MOST',
        limit: String(editionsLimit),
        found: String(given.rules.length),
      }),
    );
  const editions = given.rules.map((rules, index) =>
    readRules(rules, [...at, String(index)], faults),
  );
  return { kind: given.kind, name, editions: orderEditions(editions, at, faults) };
}

/**
 * Starts a programme. The secretariat may.
 *
 * @throws {Refusal} INVALID (kind, name, rules)
 */
export async function createProgramme(
  context: Context,
  given: GivenProgramme,
): Promise<ProgrammeRecord> {
  const { viewer, programmes } = context;
  signedInAs(viewer, 'SECRETARIAT');
  const faults: Problem[] = [];
  const content = readProgramme(given, [], faults);
  faults.push(...(await editionFaults(context, given.rules)));
  refuseAny(faults);
  const record: ProgrammeRecord = { _id: newId(), ...content, callsOpened: 0, revision: 1 };
  await programmes.create([record]);
  return record;
}

/**
 * Changes a programme's name and rules; calls that are there keep theirs. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), INVALID (name, rules)
 */
export async function reviseProgramme(
  context: Context,
  given: {
    id: string;
    revision: number;
    name?: GivenText | null | undefined;
    rules?: readonly GivenRules[] | null | undefined;
  },
): Promise<ProgrammeRecord> {
  const { viewer, programmes } = context;
  signedInAs(viewer, 'SECRETARIAT');
  const programme = await programmes.findById(given.id).lean<ProgrammeRecord>();
  if (!programme) throw refusal('NOT_FOUND', 'There is no such programme.', ['id']);
  const faults: Problem[] = [];
  const content = readProgramme(
    {
      kind: programme.kind,
      name: given.name ?? programme.name,
      rules: given.rules ?? programme.editions,
    },
    [],
    faults,
  );
  faults.push(...(await editionFaults(context, given.rules)));
  refuseAny(faults);
  const { matchedCount } = await programmes.updateOne(
    { _id: programme._id, revision: given.revision },
    { $set: content, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The programme was changed since it was read.', ['revision']);
  return { ...programme, ...content, revision: given.revision + 1 };
}

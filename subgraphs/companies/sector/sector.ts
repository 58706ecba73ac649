/** Sectors: a list kept as data, because programmes choose new ones every year. */
import { publishFacts } from '#kit/facts.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import type { Text } from '#kit/text.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { SectorFact } from '#schema/facts.ts';
import { textOf, textProblems, type TextDraft } from '../company/company-form.ts';
import type { Context } from '../context.ts';
import type { SectorRecord } from './sector.model.ts';

type Sectors = Pick<Context, 'sectors'>;

/** What an installation begins with. */
const firstSectors: Record<string, Text> = {
  agriculture: { ko: '농업', en: 'Agriculture' },
  defence: { ko: '국방', en: 'Defence' },
  education: { ko: '교육', en: 'Education' },
  'enterprise-solutions': { ko: '기업 공통 솔루션', en: 'Enterprise solutions' },
  finance: { ko: '금융', en: 'Finance' },
  general: { ko: '일반', en: 'General' },
  healthcare: { ko: '의료', en: 'Healthcare' },
  logistics: { ko: '물류', en: 'Logistics' },
  'manufacturing-energy': { ko: '제조·에너지', en: 'Manufacturing and energy' },
  public: { ko: '공공', en: 'Public sector' },
};

/** Every sector, by code. */
export function findSectors({ sectors }: Sectors): Promise<SectorRecord[]> {
  return sectors.find().sort({ _id: 1 }).lean();
}

/**
 * What a code names wherever another subgraph refers to a sector. A code that is not in the list names itself, so that one
 * stray reference never blanks a list for everybody.
 */
export async function sectorOf(
  { loaders }: Pick<Context, 'loaders'>,
  code: string,
): Promise<SectorRecord> {
  return (
    (await loaders.sector.load(code)) ?? { _id: code, revision: 0, name: { ko: null, en: code } }
  );
}

/** The codes that there are. */
export async function findSectorCodes({ sectors }: Sectors): Promise<ReadonlySet<string>> {
  const found = await sectors.find({}, { _id: 1 }).lean();
  return new Set(found.map(({ _id }) => _id));
}

/** Fills an empty list with the sectors an installation begins with. */
export async function seedSectors({ sectors }: Sectors): Promise<void> {
  if (await sectors.findOne({}, { _id: 1 }).lean()) return;
  const first = Object.entries(firstSectors);
  await sectors.bulkWrite(
    first.map(([code, name]) => ({
      updateOne: {
        filter: { _id: code },
        update: { $setOnInsert: { name, revision: 1 } },
        upsert: true,
      },
    })),
  );
}

/** Tells of sectors that were never told of: at start, so that those who follow know every one. */
export async function tellUntoldSectors({
  sectors,
  facts,
}: Pick<Context, 'sectors' | 'facts'>): Promise<void> {
  const told = await facts.find({ kind: 'sector' }, { key: 1 }).lean();
  const known = told.map(({ key }) => key);
  await tell(facts, await sectors.find({ _id: { $nin: known } }).lean());
}

/**
 * Adds a sector. Only the secretariat may.
 *
 * @param draft.code 2 to 40 lower-case letters, digits and single hyphens
 * @throws {Refusal} INVALID (code, name), TAKEN (code)
 */
export async function addSector(
  { viewer, sectors, facts }: Context,
  draft: { code: string; name: TextDraft },
): Promise<SectorRecord> {
  signedInAs(viewer, 'SECRETARIAT');
  const name = textOf(draft.name);
  refuseAny([...codeProblems(draft.code), ...nameProblems(name)]);
  const record = { _id: draft.code, revision: 1, name };
  await sectors.create([record]).catch((error: unknown) => {
    throw isDuplicateKey(error)
      ? refusal('TAKEN', 'There is a sector with this code.', ['code'])
      : error;
  });
  await tell(facts, [record]);
  return record;
}

/**
 * Renames a sector. Only the secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (code), STALE (revision), INVALID (name)
 */
export async function renameSector(
  { viewer, sectors, facts }: Context,
  { code, revision, name: text }: { code: string; revision: number; name: TextDraft },
): Promise<SectorRecord> {
  signedInAs(viewer, 'SECRETARIAT');
  const sector = await sectors.findById(code).lean();
  if (!sector) throw refusal('NOT_FOUND', 'There is no such sector.', ['code']);
  const name = textOf(text);
  refuseAny(nameProblems(name));
  const { modifiedCount } = await sectors.updateOne(
    { _id: code, revision },
    { $set: { name }, $inc: { revision: 1 } },
  );
  if (modifiedCount === 0)
    throw refusal('STALE', 'The sector was changed since it was read; read it again.', [
      'revision',
    ]);
  const renamed = { ...sector, name, revision: revision + 1 };
  await tell(facts, [renamed]);
  return renamed;
}

function tell(facts: Context['facts'], sectors: readonly SectorRecord[]): Promise<void> {
  return publishFacts(
    facts,
    sectors.map(({ _id: key, name }) => ({
      kind: 'sector',
      key,
      state: { name } satisfies SectorFact,
    })),
  );
}

function codeProblems(code: string): Problem[] {
  const right = code.length >= 2 && code.length <= 40 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(code);
  if (right) return [];
  return [
    problem('INVALID', 'A code has 2 to 40 lower-case letters, digits and single hyphens.', [
      'code',
    ]),
  ];
}

function nameProblems(name: Text): Problem[] {
  const missing = (['ko', 'en'] as const).filter((language) => name[language] === null);
  return [
    ...textProblems(name, 80, ['name']),
    ...missing.map((language) =>
      problem('INVALID', 'A sector is named in both languages.', ['name', language]),
    ),
  ];
}

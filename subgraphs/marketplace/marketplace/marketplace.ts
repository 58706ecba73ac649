/** Marketplaces: the list of them, kept as data. */
import type { Model } from 'mongoose';
import { isDeepStrictEqual } from 'node:util';

import { intakeProblems, type IntakeReport } from '#kit/intake.ts';
import { problem, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidy, tidyText, type Text } from '#kit/text.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { isWebAddress, type TextInput } from '../service/service-details.ts';
import type { MarketplaceRecord } from './marketplace.model.ts';

/** One marketplace of an import. */
export interface MarketplaceRowInput {
  code: string;
  name: TextInput;
  operator: string;
  url?: string | null | undefined;
}

/** Marketplaces for the list. */
export interface ImportMarketplacesInput {
  source: string;
  dryRun?: boolean | null | undefined;
  rows: MarketplaceRowInput[];
}

/** Marketplaces that are there from the start; the secretariat may change and add to them. */
const firstMarketplaces: readonly MarketplaceRecord[] = [
  first(
    'AWS',
    'AWS 마켓플레이스',
    'AWS Marketplace',
    'Amazon Web Services',
    'https://aws.amazon.com/marketplace',
  ),
  first(
    'AZURE',
    '애저 마켓플레이스',
    'Azure Marketplace',
    'Microsoft',
    'https://azuremarketplace.microsoft.com',
  ),
  first(
    'GOOGLE_CLOUD',
    '구글 클라우드 마켓플레이스',
    'Google Cloud Marketplace',
    'Google',
    'https://cloud.google.com/marketplace',
  ),
  first(
    'ORACLE',
    '오라클 클라우드 마켓플레이스',
    'Oracle Cloud Marketplace',
    'Oracle',
    'https://cloudmarketplace.oracle.com',
  ),
  first(
    'ALIBABA',
    '알리바바 클라우드 마켓플레이스',
    'Alibaba Cloud Marketplace',
    'Alibaba Cloud',
    'https://marketplace.alibabacloud.com',
  ),
  first(
    'NAVER_CLOUD',
    '네이버 클라우드 마켓플레이스',
    'NAVER Cloud Marketplace',
    'NAVER Cloud',
    'https://www.ncloud.com/marketplace',
  ),
  first(
    'KT',
    'KT 클라우드 마켓플레이스',
    'KT Cloud Marketplace',
    'kt cloud',
    'https://cloud.kt.com',
  ),
  first(
    'NHN',
    'NHN 클라우드 마켓플레이스',
    'NHN Cloud Marketplace',
    'NHN Cloud',
    'https://www.nhncloud.com',
  ),
  first(
    'G_CLOUD',
    '디지털서비스몰',
    'Digital Service Mall',
    '조달청 Public Procurement Service',
    'https://digitalmall.g2b.go.kr',
  ),
];

function first(
  _id: string,
  ko: string,
  en: string,
  operator: string,
  url: string,
): MarketplaceRecord {
  return { _id, name: { ko, en }, operator, url };
}

/** Adds the marketplaces that are there from the start, where they are missing. */
export async function seedMarketplaces(marketplaces: Model<MarketplaceRecord>): Promise<void> {
  await marketplaces.bulkWrite(
    firstMarketplaces.map(({ _id, ...fields }) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true },
    })),
  );
}

/** Every marketplace, by code. */
export async function findMarketplaces({ marketplaces }: Context): Promise<MarketplaceRecord[]> {
  return marketplaces.find().sort({ _id: 1 }).lean<MarketplaceRecord[]>();
}

/** A marketplace that something stored names; the list only grows. */
export async function marketplaceOf(
  { marketplaceByCode }: Pick<Context, 'marketplaceByCode'>,
  code: string,
): Promise<MarketplaceRecord> {
  const found = await marketplaceByCode.load(code);
  if (!found) throw new Error(`Marketplace ${code} is named and not there.`);
  return found;
}

/**
 * Adds marketplaces, or changes them by their code; rows with faults are left out and reported.
 *
 * @throws {Refusal} INVALID (source), LIMIT_REACHED (rows)
 */
export async function importMarketplaces(
  { viewer, marketplaces }: Context,
  { source, rows, dryRun }: ImportMarketplacesInput,
): Promise<IntakeReport> {
  signedInAs(viewer, 'OPERATOR', 'SECRETARIAT');
  refuseAny(intakeProblems(source, rows.length));
  const report: IntakeReport = { created: 0, updated: 0, unchanged: 0, problems: [] };
  const codes = rows.map(({ code }) => code);
  const known = await marketplaces.find({ _id: { $in: codes } }).lean<MarketplaceRecord[]>();
  const byCode = new Map(known.map((each) => [each._id, each]));
  const good = new Map<string, MarketplaceRecord>();
  for (const [index, row] of rows.entries()) {
    const record = recordOf(row);
    const problems = rowProblems(record, good, ['rows', String(index)]);
    report.problems.push(...problems);
    if (problems.length > 0) continue;
    good.set(record._id, record);
    const before = byCode.get(record._id);
    report[before ? (isDeepStrictEqual(before, record) ? 'unchanged' : 'updated') : 'created'] += 1;
  }
  if (dryRun !== true && good.size > 0)
    await marketplaces.bulkWrite(
      [...good.values()].map(({ _id, ...fields }) => ({
        updateOne: { filter: { _id }, update: { $set: fields }, upsert: true },
      })),
    );
  return report;
}

function recordOf({ code, name, operator, url }: MarketplaceRowInput): MarketplaceRecord {
  return {
    _id: code,
    name: tidyText({ ko: name.ko ?? null, en: name.en ?? null }),
    operator: tidy(operator),
    url: url == null ? null : tidy(url) || null,
  };
}

function rowProblems(
  { _id, name, operator, url }: MarketplaceRecord,
  earlier: ReadonlyMap<string, MarketplaceRecord>,
  path: string[],
): Problem[] {
  const faults: [boolean, string, string][] = [
    [!/^[A-Z0-9_]{2,32}$/.test(_id), 'code', 'This is 2 to 32 of A-Z, 0-9 and _.'],
    [!isName(name), 'name', 'This has 2 to 200 characters in each language that is there.'],
    [operator.length < 2 || operator.length > 200, 'operator', 'This has 2 to 200 characters.'],
    [url !== null && !isWebAddress(url), 'url', 'This is an http or https address.'],
  ];
  const problems = faults
    .filter(([isFault]) => isFault)
    .map(([, field, message]) => problem('INVALID', message, [...path, field]));
  if (earlier.has(_id))
    problems.push(problem('TAKEN', 'An earlier row has this code.', [...path, 'code']));
  return problems;
}

function isName({ ko, en }: Text): boolean {
  const given = [ko, en].filter((each) => each !== null);
  return given.length > 0 && given.every((each) => each.length >= 2 && each.length <= 200);
}

/** The template of agreements, kept in versions that never change. */
import type { Model } from 'mongoose';

import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedIn, signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import {
  nameLength,
  readReason,
  readText,
  reasonLength,
  summaryLength,
  type GivenText,
} from '../form/wording.ts';
import { firstTemplate } from './default-template.ts';
import { missingFrom, placeholderFaults } from './placeholder.ts';
import type { Article, Passage, TemplatePage, TemplateRecord } from './template.model.ts';

const articlesLimit = 60;
const paragraphsLimit = 40;
/** Characters of a paragraph. */
const paragraphLength = { least: 1, most: summaryLength.most };
const languages = ['ko', 'en'] as const;

/** A template as a client gives it. */
export interface GivenTemplate {
  /** The version that it follows. */
  version: number;
  title: GivenText;
  articles: readonly { heading: GivenText; paragraphs: readonly GivenText[] }[];
  note?: string | null | undefined;
}

/** Stores the first version where there is none; several services may start at once. */
export async function ensureTemplate(templates: Model<TemplateRecord>): Promise<void> {
  const first = { _id: newId(), ...firstTemplate, note: null, publishedBy: null };
  await templates
    .updateOne(
      { version: 1 },
      { $setOnInsert: { ...first, publishedAt: new Date() } },
      { upsert: true },
    )
    .catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
}

/** Versions of the template, newest first; for everybody who is signed in. */
export function findTemplates(
  { viewer, templates }: Context,
  listing: Listing,
): Promise<TemplatePage> {
  signedIn(viewer);
  return findPage(templates, {}, [['version', -1]], pageOf(listing));
}

/**
 * The version that agreements are drawn up from.
 *
 * @throws when there is none: the service stores one as it starts
 */
export async function newestTemplate({
  templates,
}: Pick<Context, 'templates'>): Promise<TemplateRecord> {
  const newest = await templates.findOne().sort({ version: -1 }).lean<TemplateRecord>();
  if (!newest) throw new Error('There is no template of agreements.');
  return newest;
}

/**
 * Publishes a version of the template; agreements drawn up from now on are written from it. The secretariat may.
 *
 * @throws {Refusal} STALE (version), INVALID (title, articles/…, note; rules PLACEHOLDER, PLACEHOLDER_MISSING)
 */
export async function publishTemplate(
  context: Context,
  given: GivenTemplate,
): Promise<TemplateRecord> {
  const { userId } = signedInAs(context.viewer, 'SECRETARIAT');
  const faults: Problem[] = [];
  const content = readTemplate(given, faults);
  const note = readReason(given.note, { ...reasonLength, least: 0 }, ['note'], faults);
  refuseAny(faults);
  const newest = await newestTemplate(context);
  if (newest.version !== given.version) throw stale();
  const record: TemplateRecord = {
    _id: newId(),
    ...content,
    version: newest.version + 1,
    note,
    publishedBy: userId,
    publishedAt: context.arrivedAt,
  };
  await context.templates.create([record]).catch((error: unknown) => {
    throw isDuplicateKey(error) ? stale() : error;
  });
  return record;
}

function stale() {
  return refusal('STALE', 'A later version was published since.', ['version']);
}

/** A template tidied; everything that is wrong with it is added to `faults`. */
export function readTemplate(
  given: Pick<GivenTemplate, 'title' | 'articles'>,
  faults: Problem[],
): { title: Passage; articles: Article[] } {
  checkCount(given.articles.length, articlesLimit, ['articles'], faults);
  const title = readPassage(given.title, nameLength, ['title'], false, faults);
  const articles = given.articles.map(({ heading, paragraphs }, index) => {
    const path = ['articles', String(index)];
    checkCount(paragraphs.length, paragraphsLimit, [...path, 'paragraphs'], faults);
    return {
      heading: readPassage(heading, nameLength, [...path, 'heading'], false, faults),
      paragraphs: paragraphs.map((each, place) =>
        readPassage(each, paragraphLength, [...path, 'paragraphs', String(place)], true, faults),
      ),
    };
  });
  for (const language of languages) {
    const texts = articles.flatMap(({ heading, paragraphs }) => [heading, ...paragraphs]);
    for (const name of missingFrom([title, ...texts].map((each) => each[language])))
      faults.push(
        problem('INVALID', `No text in ${language} has this placeholder.`, ['articles'], {
          rule: 'PLACEHOLDER_MISSING',
          limit: `{{${name}}}`,
          found: language,
        }),
      );
  }
  return { title, articles };
}

function checkCount(count: number, most: number, path: string[], faults: Problem[]): void {
  if (count >= 1 && count <= most) return;
  faults.push(
    problem('INVALID', `There are 1 to ${most}.`, path, {
      rule: 'PASSAGES',
      limit: `1 to ${most}`,
      found: String(count),
    }),
  );
}

/** A text in both languages, its placeholders checked. */
function readPassage(
  given: GivenText,
  length: { least: number; most: number },
  path: string[],
  isParagraph: boolean,
  faults: Problem[],
): Passage {
  const text = readText(given, length, path, faults);
  for (const language of languages) {
    const words = text[language];
    if (words === null)
      faults.push(
        problem('INVALID', 'Give Korean and English.', [...path, language], {
          rule: 'LANGUAGES_BOTH',
          limit: languages.join(', '),
          found: 'none',
        }),
      );
    else faults.push(...placeholderFaults(words, [...path, language], isParagraph));
  }
  return { ko: text.ko ?? '', en: text.en ?? '' };
}

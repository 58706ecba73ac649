/** Which services somebody wants, as a question to the database. */
import type { Model } from 'mongoose';

import { seoulDay } from '#kit/instant.ts';
import { badInput } from '#kit/page.ts';
import { grams, searchForm, tidy } from '#kit/text.ts';
import { type NodeRecord, withContents } from '#kit/tree.ts';
import type { ServiceModel, ServiceQuery } from './service.model.ts';

type Maybe<Value> = Value | null | undefined;

/** Which services somebody wants, as they say it. */
export interface ServiceFilter {
  text?: Maybe<string>;
  models?: Maybe<ServiceModel[]>;
  categories?: Maybe<string[]>;
  /** Ids or codes. */
  technologies?: Maybe<string[]>;
  sectors?: Maybe<string[]>;
  providerId?: Maybe<string>;
  marketplaces?: Maybe<string[]>;
  certificate?: Maybe<{ scheme: string; grade?: Maybe<string> }>;
  selected?: Maybe<boolean>;
}

const mostEntries = 50;

/**
 * The question for services in the catalogue that a filter states.
 *
 * @param now certificates that ended before this instant's day in Seoul do not count
 * @throws {GraphQLError} BAD_USER_INPUT when a list or a text is too long, or a text has no letter
 */
export async function catalogueQuery(
  { technologies }: { technologies: Model<NodeRecord> },
  filter: ServiceFilter | null | undefined,
  now: Date,
): Promise<ServiceQuery> {
  const asked: ServiceFilter = filter ?? {};
  const named = list('technologies', asked.technologies);
  return {
    status: 'LISTED',
    ...anyOf('models', list('models', asked.models)),
    ...anyOf('categories', list('categories', asked.categories)?.map(categoryForm)),
    ...anyOf('technologies', named && (await withContents(technologies, named))),
    ...anyOf('sectors', list('sectors', asked.sectors)),
    ...anyOf('listedOn', list('marketplaces', asked.marketplaces)),
    ...(asked.providerId == null ? {} : { providerId: asked.providerId }),
    ...(asked.selected == null ? {} : { selectedAt: asked.selected ? { $type: 'date' } : null }),
    ...certificateQuery(asked.certificate, now),
    ...wordQuery(asked.text),
  };
}

function anyOf(field: string, values: readonly unknown[] | null | undefined): object {
  return values ? { [field]: { $in: values } } : {};
}

function certificateQuery(certificate: ServiceFilter['certificate'], now: Date): object {
  if (certificate == null) return {};
  const { scheme, grade } = certificate;
  const holds = { $or: [{ validTo: null }, { validTo: { $gte: seoulDay(now) } }] };
  return {
    certifications: {
      $elemMatch: {
        scheme: tidy(scheme).toUpperCase(),
        ...(grade == null ? {} : { grade: tidy(grade).toUpperCase() }),
        ...holds,
      },
    },
  };
}

/** Pairs of characters find candidates by an index; the words decide. */
function wordQuery(text: string | null | undefined): object {
  if (text == null) return {};
  const terms = [...new Set(tidy(text).split(' ').map(searchForm).filter(Boolean))];
  if (text.length > 100 || terms.length === 0)
    throw badInput('filter.text has 1 to 100 characters, a letter or digit among them.');
  const parts = terms.flatMap((term) => (Array.from(term).length === 1 ? [term] : grams(term, 2)));
  return {
    grams: { $all: [...new Set(parts)] },
    // A search form has letters and digits only: nothing to escape.
    $and: terms.map((term) => ({ words: { $regex: term } })),
  };
}

function categoryForm(name: string): string {
  return tidy(name).toLowerCase();
}

function list<Value>(field: string, values: Value[] | null | undefined): Value[] | null {
  if (values && values.length > mostEntries)
    throw badInput(`filter.${field} has at most ${mostEntries} entries.`);
  return values && values.length > 0 ? [...new Set(values)] : null;
}

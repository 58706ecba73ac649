/** Technologies: one node over all versions of its map, and how it is found. */
import { badInput, findPage, toPage, pageSize, type PageRequest } from '#kit/page.ts';
import { grams, searchForm } from '#kit/text.ts';
import { hasRole } from '#kit/viewer.ts';
import type { TechnologyFact } from '#schema/facts.ts';

import type { Context } from '../context.ts';
import type { Placed } from '../placement/placement.model.ts';
import type { TechnologyKind } from './content.ts';
import type { IndexedTechnology, TechnologyPage, TechnologyRecord } from './technology.model.ts';

/** Which technologies; all that is given must hold. */
export interface TechnologyFilter {
  text?: string | null | undefined;
  mapId?: string | null | undefined;
  parentId?: string | null | undefined;
  withinId?: string | null | undefined;
  kind?: TechnologyKind | null | undefined;
  core?: boolean | null | undefined;
  retired?: boolean | null | undefined;
}

/** What names a technology. */
interface TechnologyName {
  id?: string | null | undefined;
  code?: string | null | undefined;
}

/**
 * The technology with this id or this code, as `referredTechnology` says.
 *
 * @throws {GraphQLError} BAD_USER_INPUT unless exactly one of the two is given
 */
export async function findTechnology(
  context: Context,
  { id, code }: TechnologyName,
): Promise<TechnologyRecord | null> {
  if ((id == null) === (code == null)) throw badInput('Give either id or code.');
  return referredTechnology(context, { id, code });
}

/** The technology that is referred to; null when there is none, or only a draft has it and the viewer may not see drafts. */
export async function referredTechnology(
  { viewer, loaders }: Context,
  { id, code }: TechnologyName,
): Promise<TechnologyRecord | null> {
  const found =
    id == null
      ? await loaders.technologyByCode.load(code ?? '')
      : await loaders.technology.load(id);
  return found?.published || hasRole(viewer, 'SECRETARIAT', 'OPERATOR', 'REVIEWER') ? found : null;
}

/** One page of the technologies that match, in the order of codes. */
export async function findTechnologies(
  { technologies }: Context,
  filter: TechnologyFilter,
  page: PageRequest,
): Promise<TechnologyPage> {
  const query = technologyQuery(filter);
  if (query === null)
    return toPage(
      [],
      pageSize(page.first),
      false,
      () => '',
      async () => 0,
    );
  return findPage(technologies, query, [['code', 1], ['_id', 1]], page); // prettier-ignore
}

/**
 * The filter as the database takes it; null when nothing can match, as for a text without letters or digits.
 */
export function technologyQuery(filter: TechnologyFilter): Record<string, unknown> | null {
  const { text, mapId, parentId, withinId, kind, core, retired } = filter;
  const words = text == null ? {} : textQuery(text);
  if (words === null) return null;
  return {
    ...(retired === true ? { published: true } : { current: true }),
    ...given({ mapId, parentId, ancestorIds: withinId, kind, core }),
    ...words,
  };
}

/** The technologies with these ids, in their order; those that are not there are left out. */
export async function technologiesWithIds(
  { loaders }: Context,
  ids: readonly string[],
): Promise<TechnologyRecord[]> {
  const found = await loaders.technology.loadMany([...ids]);
  return found.filter(
    (each): each is TechnologyRecord => each !== null && !(each instanceof Error),
  );
}

/** A technology that no version has published yet. */
export function newTechnology(
  _id: string,
  mapId: string,
  placed: Placed,
  origin: TechnologyRecord['origin'],
): IndexedTechnology {
  return {
    _id,
    mapId,
    origin,
    published: false,
    current: false,
    retiredById: null,
    ...stated(placed),
  };
}

/** What a technology says of itself when a version states it: content, place and what it is found by. */
export function stated(placed: Placed): Placed & Pick<IndexedTechnology, 'forms' | 'grams'> {
  const { code, name, aliases } = placed;
  const forms = [
    ...new Set([name.ko ?? '', name.en ?? '', ...aliases, code].map(searchForm).filter(Boolean)),
  ];
  return {
    ...placedOf(placed),
    forms,
    grams: [...new Set(forms.flatMap((form) => [...grams(form, 1), ...grams(form, 2)]))],
  };
}

/** Content and place alone, fields always in the same order. */
export function placedOf(placed: Placed): Placed {
  const { code, name, aliases, description, links, kind, core, position } = placed;
  const { parentId, ancestorIds, requires, alternatives } = placed;
  return {
    name,
    aliases,
    description,
    links,
    kind,
    core,
    position,
    code,
    parentId,
    ancestorIds,
    requires,
    alternatives,
  };
}

/** What others are told of a technology, and of what became of it. */
export function technologyFact(
  technology: TechnologyRecord,
  succession: TechnologyFact['succession'] = null,
): TechnologyFact {
  const { code, name, kind, parentId, mapId, current } = technology;
  return { code, name, kind, parentId, mapId, current, succession };
}

/** Grams choose the candidates by index; the expression then wants them side by side. */
function textQuery(text: string): Record<string, unknown> | null {
  const form = searchForm(text);
  const length = Array.from(form).length;
  if (length === 0) return null;
  return length <= 2
    ? { grams: form }
    : { grams: { $all: grams(form, 2) }, forms: { $regex: form } };
}

function given(conditions: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value != null));
}

// Indexes that are not ordinary ones: of words, of all paths, of places, and hashed ones.
import type { FoldString } from '../bson/key.ts';
import { isDocument } from '../bson/value.ts';
import type { Document } from '../bson/value.ts';
import { geoKeys, readGeoIndex } from '../geo/geo-index.ts';
import type { GeoIndex } from '../geo/geo-index.ts';
import { isTextKey, readTextIndex, textKeys } from '../text/text-index.ts';
import type { TextIndex } from '../text/text-index.ts';
import { isWildcardPath, readWildcard, wildcardKeys } from './wildcard.ts';
import type { WildcardIndex } from './wildcard.ts';

/** Its keys are plain ones, but it takes no arrays. */
export type HashedIndex = { kind: 'hashed' };

/** What an index is when it is no ordinary one. */
export type IndexKind = TextIndex | WildcardIndex | GeoIndex | HashedIndex;

/** An index whose keys do not follow from the values of its fields alone. */
export type DerivedKind = Exclude<IndexKind, HashedIndex>;

/** Reads what kind of index a specification makes; undefined for an ordinary one. */
export function readKind(spec: Document): IndexKind | undefined {
  const key = spec.get('key');
  if (!isDocument(key)) return undefined;
  if (isTextKey(key)) return readTextIndex(spec);
  const geo = readGeoIndex(key);
  if (geo !== undefined) return geo;
  if ([...key.keys()].some(isWildcardPath)) return readWildcard(spec, key);
  return [...key.values()].includes('hashed') ? { kind: 'hashed' } : undefined;
}

/** Whether the planner for ordinary indexes can do nothing with it. */
export function isDerived(kind: IndexKind | undefined): kind is DerivedKind {
  return kind !== undefined && kind.kind !== 'hashed';
}

/** The keys of a document in such an index. */
export function derivedKeys(
  source: Document,
  kind: DerivedKind,
  fold: FoldString | undefined,
): Buffer[] {
  if (kind.kind === 'geo') return geoKeys(source, kind);
  return kind.kind === 'text' ? textKeys(source, kind) : wildcardKeys(source, kind, fold);
}

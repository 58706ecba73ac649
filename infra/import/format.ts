/** The kinds of files that can be imported; a new one is a new row here. */
import { basename } from 'node:path';

import { findCalendar } from './calendar.ts';
import { codePart } from './code-part.ts';
import { findFedramp } from './fedramp.ts';
import type { Found } from './found.ts';
import { findLandscape, landscapeMap, mapOfLandscape } from './landscape.ts';
import type { Source } from './source.ts';
import type { MapWanted } from './technology-map.ts';

/** What an operator may state about a file. */
export interface ReadOptions {
  /** IANA zone of times that name none; null when the file says it. */
  zone: string | null;
  /** ISO 3166 code of where things take place; null when unknown. */
  region: string | null;
  /** Milliseconds since the epoch. */
  now: number;
}

/** A kind of file. */
export interface Format {
  /** As it is named on the command line. */
  name: string;
  /** One line for the operator. */
  summary: string;
  /** Name under which a file's rows are kept when the operator states none. */
  sourceOf(path: string): string;
  /**
   * What a file holds; read twice, once to check and once to import, and the same both times.
   *
   * @throws {ImportFault} when the file as a whole is refused
   */
  find(source: Source, options: ReadOptions): Iterable<Found>;
  /** The map that its technologies go into. */
  mapOf?(source: Source): MapWanted;
}

/** A source's name after its file. */
export function sourceNamedBy(path: string): string {
  return codePart(basename(path).replace(/\.[^.]*$/, '')).slice(0, 60);
}

const cloudNative: MapWanted = {
  code: landscapeMap,
  name: { en: 'Cloud native landscape', ko: '클라우드 네이티브 기술 지도' },
  description: {
    en: 'Categories and subcategories of the Cloud Native Computing Foundation landscape.',
    ko: '클라우드 네이티브 컴퓨팅 재단(CNCF) 랜드스케이프의 분류.',
  },
};

/** Every kind of file. */
export const formats: readonly Format[] = [
  {
    name: 'cncf',
    summary: 'a CNCF landscape.yml: technologies, companies and what they can do',
    sourceOf: () => 'cncf-landscape',
    find: (source) => findLandscape(source),
    mapOf: (source) => mapOfLandscape(source) ?? cloudNative,
  },
  {
    name: 'ics',
    summary: 'an iCalendar file: events; local times need --zone unless the file says where',
    sourceOf: sourceNamedBy,
    find: findCalendar,
  },
  {
    name: 'fedramp',
    summary: 'a FedRAMP marketplace JSON file: services and their providers',
    sourceOf: () => 'fedramp',
    find: (source) => findFedramp(source),
  },
];

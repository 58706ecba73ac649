/** How technologies stand in a table. No storage. */
import { newContent, technologyKinds, type Content } from '../technology/content.ts';
import type { TechnologyRow } from '../placement/import-plan.ts';
import { cellLines, joinParts, splitParts } from './cell.ts';
import { FieldReader, known } from './field.ts';
import type { Columns } from './table.ts';

const names = [
  'code',
  'parentCode',
  'kind',
  'nameKo',
  'nameEn',
  'aliases',
  'descriptionKo',
  'descriptionEn',
  'links',
  'core',
  'position',
  'externalId',
] as const;

/** Columns of a table of technologies. */
export const technologyColumns: Columns<TechnologyRow> = {
  names,
  cells: ({ code, parentCode, kind, externalId, ...row }) => [
    code,
    parentCode ?? '',
    kind,
    ...contentCells(newContent({ ...row, kind })),
    externalId ?? '',
  ],
  given: (cells) => ({
    code: cells['code'],
    parentCode: cells['parentCode'] || null,
    kind: cells['kind'],
    name: textOf(cells['nameKo'], cells['nameEn']),
    aliases: linesOf(cells['aliases']),
    description: textOf(cells['descriptionKo'], cells['descriptionEn']),
    links: linesOf(cells['links'])?.map(linkOf) ?? null,
    core: truth(cells['core']),
    position: count(cells['position']),
    externalId: cells['externalId'] || null,
  }),
  object: ({ code, parentCode, externalId, ...row }) => {
    const { name, description, links, ...content } = newContent(row);
    return known({
      code,
      parentCode,
      ...content,
      name: known(name),
      description: description && known(description),
      links: links.map(known),
      externalId,
    });
  },
  read: (given, path) => {
    const reader = new FieldReader(given, path);
    reader.only([
      'code',
      'parentCode',
      'kind',
      'name',
      'aliases',
      'description',
      'links',
      'core',
      'position',
      'externalId',
    ]);
    const row: TechnologyRow = {
      code: reader.needed('code', reader.text('code'), ''),
      parentCode: reader.text('parentCode'),
      kind: reader.needed('kind', reader.choice('kind', technologyKinds), 'TECHNOLOGY'),
      name: reader.needed('name', reader.bilingual('name'), {}),
      aliases: reader.texts('aliases'),
      description: reader.bilingual('description'),
      links: reader
        .objects('links')
        ?.map((link, index) => readLink(reader, link, [...path, 'links', String(index)])),
      core: reader.flag('core'),
      position: reader.whole('position'),
      externalId: reader.text('externalId'),
    };
    return reader.problems.length > 0 ? { problems: reader.problems } : { row };
  },
};

/** An example, for a template. */
export const technologyExamples: readonly TechnologyRow[] = [
  { code: 'map.data', kind: 'DOMAIN', name: { ko: '데이터', en: 'Data' } },
  {
    code: 'map.data.object-storage',
    parentCode: 'map.data',
    kind: 'TECHNOLOGY',
    name: { ko: '객체 저장소', en: 'Object storage' },
    aliases: ['S3', 'Blob storage'],
    description: { ko: '파일을 객체로 저장한다.', en: 'Keeps files as objects.' },
    links: [{ url: 'https://example.org/object-storage', title: 'Overview' }],
    core: true,
    position: 1,
  },
];

function readLink(outer: FieldReader, link: unknown, path: string[]) {
  const reader = new FieldReader(link, path);
  reader.only(['title', 'url']);
  const read = { url: reader.needed('url', reader.text('url'), ''), title: reader.text('title') };
  outer.problems.push(...reader.problems);
  return read;
}

function contentCells({ name, aliases, description, links, core, position }: Content): string[] {
  return [
    name.ko ?? '',
    name.en ?? '',
    aliases.join('\n'),
    description?.ko ?? '',
    description?.en ?? '',
    links.map(({ url, title }) => joinParts([url, title])).join('\n'),
    String(core),
    String(position),
  ];
}

/** A text in two columns; null when the table has neither. */
function textOf(ko: string | undefined, en: string | undefined) {
  return ko === undefined && en === undefined ? null : { ko: ko || null, en: en || null };
}

/** The lines of a cell; null when the table has no such column. */
function linesOf(cell: string | undefined): string[] | null {
  return cell === undefined ? null : cellLines(cell);
}

function linkOf(line: string) {
  const [url, title = null] = splitParts(line);
  return { url, title };
}

/** `true` and `false` as such; anything else stays text, to be told as wrong. */
export function truth(cell: string | undefined): unknown {
  if (cell === undefined || cell === '') return null;
  return cell === 'true' || cell === 'false' ? cell === 'true' : cell;
}

/** A number as such; anything else stays text, to be told as wrong. */
export function count(cell: string | undefined): unknown {
  if (cell === undefined || cell === '') return null;
  return /^\d{1,9}$/.test(cell.trim()) ? Number(cell) : cell;
}

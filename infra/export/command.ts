/** The command line of an export. */
import { extname } from 'node:path';
import { parseArgs } from 'node:util';

/** What can be exported. */
export const exportFormats = ['landscape', 'technologies', 'capabilities', 'ocds'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What the operator asked for. */
export interface ExportCommand {
  format: ExportFormat;
  path: string;
  /** Code of the map; null for capabilities, which are those of all maps, and for releases. */
  map: string | null;
  /** Language of names where a format takes one alone. */
  language: 'ko' | 'en';
  /** What the Open Contracting Partnership gave to the publisher, such as `ocds-213czf`; null but for releases. */
  prefix: string | null;
  /** Where the package will be found; null but for releases. */
  uri: string | null;
  /** How a table is written, by the ending of its file. */
  table: 'CSV' | 'JSONL';
}

/** How the command is written. */
export const usage = `Usage: npm run export -- FORMAT FILE [--map CODE] [--language ko|en] [--prefix OCDS --uri URL]

FORMAT
  landscape     a CNCF landscape.yml of a map: its tree, and the firms in each technology
  technologies  a table of a map's technologies
  capabilities  a table of what firms can do
  ocds          an OCDS 1.1 release package of calls, awards and contracts

  FILE             ends with .yml for a landscape, .csv or .jsonl for a table, .json for ocds; an older one is replaced
  --map CODE       the map; needed for a landscape and for technologies
  --language L     names in a landscape and in ocds: en (when not given) or ko, the other where one is missing
  --prefix OCDS    the publisher's registered prefix, such as ocds-213czf; needed for ocds
  --uri URL        where the package will be found; needed for ocds

Ends with 0 when everything was written, 2 when nothing was.`;

/** A command that cannot be carried out as it is written. */
export class ExportFault extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ExportFault';
  }
}

/**
 * Reads the arguments after the program's name.
 *
 * @throws {ExportFault}
 */
export function readExport(args: readonly string[]): ExportCommand {
  const { values, positionals } = parse(args);
  const [name, path, ...rest] = positionals;
  const format = exportFormats.find((each) => each === name);
  if (!format) throw new ExportFault(`There is no format "${name ?? ''}".`);
  if (path === undefined || rest.length > 0) throw new ExportFault('One file is to be given.');
  return {
    format,
    path,
    map: mapOf(format, values.map),
    language: languageOf(values.language),
    ...publicationOf(format, values),
    table: tableOf(format, path),
  };
}

function mapOf(format: ExportFormat, map: string | undefined): string | null {
  if (map === undefined && (format === 'landscape' || format === 'technologies'))
    throw new ExportFault('State the map with --map.');
  return map ?? null;
}

function publicationOf(
  format: ExportFormat,
  { prefix, uri }: { prefix?: string | undefined; uri?: string | undefined },
): { prefix: string | null; uri: string | null } {
  if (format !== 'ocds') return { prefix: null, uri: null };
  if (prefix === undefined || !/^ocds-[a-z0-9]{6}$/.test(prefix))
    throw new ExportFault('State the registered prefix with --prefix, such as ocds-213czf.');
  if (uri === undefined || !URL.canParse(uri))
    throw new ExportFault('State where the package will be found with --uri.');
  return { prefix, uri };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        map: { type: 'string' },
        language: { type: 'string', default: 'en' },
        prefix: { type: 'string' },
        uri: { type: 'string' },
      },
    });
  } catch (error) {
    throw new ExportFault(error instanceof Error ? error.message : String(error));
  }
}

function languageOf(language: string): 'ko' | 'en' {
  if (language === 'ko' || language === 'en') return language;
  throw new ExportFault(`"${language}" is no language here: ko or en.`);
}

function tableOf(format: ExportFormat, path: string): 'CSV' | 'JSONL' {
  const ending = extname(path).toLowerCase();
  if (format === 'ocds' && ending !== '.json')
    throw new ExportFault('The file of a release package ends with .json.');
  if (format === 'landscape' || format === 'ocds' || ending === '.csv') return 'CSV';
  if (ending === '.jsonl') return 'JSONL';
  throw new ExportFault('The file of a table ends with .csv or .jsonl.');
}

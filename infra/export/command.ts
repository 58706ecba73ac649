/** The command line of an export. */
import { parseArgs } from 'node:util';

import { extname } from 'node:path';

/** What can be exported. */
export const exportFormats = ['landscape', 'technologies', 'capabilities'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What the operator asked for. */
export interface ExportCommand {
  format: ExportFormat;
  path: string;
  /** Code of the map; null for capabilities, which are those of all maps. */
  map: string | null;
  /** Language of names where a landscape takes one alone. */
  language: 'ko' | 'en';
  /** How a table is written, by the ending of its file. */
  table: 'CSV' | 'JSONL';
}

/** How the command is written. */
export const usage = `Usage: npm run export -- FORMAT FILE [--map CODE] [--language ko|en]

FORMAT
  landscape     a CNCF landscape.yml of a map: its tree, and the firms in each technology
  technologies  a table of a map's technologies
  capabilities  a table of what firms can do

  FILE             ends with .yml for a landscape, with .csv or .jsonl for a table; an older one is replaced
  --map CODE       the map; needed but for capabilities
  --language L     names in a landscape: en (when not given) or ko, the other where one is missing

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
  const map = values.map ?? null;
  if (map === null && format !== 'capabilities') throw new ExportFault('State the map with --map.');
  return { format, path, map, language: languageOf(values.language), table: tableOf(format, path) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { map: { type: 'string' }, language: { type: 'string', default: 'en' } },
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
  if (format === 'landscape' || ending === '.csv') return 'CSV';
  if (ending === '.jsonl') return 'JSONL';
  throw new ExportFault('The file of a table ends with .csv or .jsonl.');
}

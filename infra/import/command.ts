/** The command line of an import. */
import { parseArgs } from 'node:util';

import { formats, sourceNamedBy, type Format } from './format.ts';
import { tableFormatOf } from './table-file.ts';
import { tableKinds, type TableKind } from './table-load.ts';
import type { TableFormat } from './table-record.ts';
import { ianaZone } from './zone.ts';

/** What any import needs to know. */
interface Asked {
  path: string;
  source: string;
  dryRun: boolean;
  verbose: boolean;
}

/** A file of others to import. */
export interface FileCommand extends Asked {
  kind: 'FILE';
  format: Format;
  zone: string | null;
  region: string | null;
}

/** A table of our own to import. */
export interface TableCommand extends Asked {
  kind: 'TABLE';
  table: TableKind;
  format: TableFormat;
  /** Code of the map that technologies go into. */
  map: string | null;
}

/** What the operator asked for. */
export type Command = FileCommand | TableCommand;

/** How the command is written. */
export const usage = `Usage: npm run import -- FORMAT FILE [--dry-run] [--verbose] [--source NAME] [--zone ZONE] [--region CODE] [--map CODE]

FORMAT
${[...formats, ...tableKinds].map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`).join('\n')}

  --dry-run        check everything and tell what would be done; nothing is changed
  --verbose        show every line that was left out or repaired, not only counts
  --source NAME    name under which the rows are kept: the same name and key update the same thing
  --zone ZONE      time zone of local times in calendars, such as Europe/Paris
  --region CODE    where a calendar's events take place, ISO 3166, such as KR-11; needed unless all are online
  --map CODE       map whose draft technologies go into, such as cncf

Ends with 0 when everything came in, 1 when some lines did not, 2 when nothing did.`;

/** A command that cannot be carried out as it is written. */
export class CommandFault extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'CommandFault';
  }
}

/**
 * Reads the arguments after the program's name.
 *
 * @throws {CommandFault}
 */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const [name, path, ...rest] = positionals;
  const format = formats.find((each) => each.name === name);
  const table = tableKinds.find((each) => each.name === name);
  if (!format && !table)
    throw new CommandFault(
      name === undefined ? 'No format is given.' : `There is no format "${name}".`,
    );
  if (path === undefined || rest.length > 0) throw new CommandFault('One file is to be given.');
  const usual = format ? format.sourceOf(path) : sourceNamedBy(path);
  const asked = {
    path,
    source: sourceOf(values.source ?? usual),
    dryRun: values['dry-run'],
    verbose: values.verbose,
  };
  return table ? tableCommand(table, asked, values) : fileCommand(format, asked, values);
}

type Values = ReturnType<typeof parse>['values'];

function fileCommand(format: Format | undefined, asked: Asked, values: Values): FileCommand {
  if (!format) throw new CommandFault('No format is given.');
  if (values.map !== undefined) throw new CommandFault('--map is for technologies alone.');
  return {
    kind: 'FILE',
    format,
    ...asked,
    zone: checked(values.zone, (zone) => ianaZone(zone) !== null, 'is no time zone'),
    region: checked(
      values.region,
      (code) => /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(code),
      'is no region',
    ),
  };
}

function tableCommand(table: TableKind, asked: Asked, values: Values): TableCommand {
  const format = tableFormatOf(asked.path);
  if (!format) throw new CommandFault('A table is a file that ends with .csv, .jsonl or .ndjson.');
  for (const option of ['zone', 'region'] as const)
    if (values[option] !== undefined) throw new CommandFault(`--${option} is not for tables.`);
  if (table.needsMap && values.map === undefined)
    throw new CommandFault('State with --map which map technologies go into.');
  if (!table.needsMap && values.map !== undefined)
    throw new CommandFault('--map is for technologies alone.');
  return { kind: 'TABLE', table, format, ...asked, map: values.map ?? null };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        source: { type: 'string' },
        zone: { type: 'string' },
        region: { type: 'string' },
        map: { type: 'string' },
      },
    });
  } catch (error) {
    throw new CommandFault(error instanceof Error ? error.message : String(error));
  }
}

function sourceOf(name: string): string {
  if (/^[a-z0-9-]{2,60}$/.test(name)) return name;
  throw new CommandFault(
    `"${name}" is no name for a source: 2 to 60 lower-case letters, digits and hyphens. State one with --source.`,
  );
}

function checked(
  value: string | undefined,
  isGood: (value: string) => boolean,
  fault: string,
): string | null {
  if (value === undefined) return null;
  if (isGood(value)) return value;
  throw new CommandFault(`"${value}" ${fault}.`);
}

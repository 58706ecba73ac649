// What the embedded database supports, read from the tables that its own code works by.
import { GROUP_ACCUMULATORS } from './aggregation/gathering.ts';
import { STAGE_NAMES } from './aggregation/pipeline.ts';
import { WINDOW_FUNCTIONS } from './aggregation/window-functions.ts';
import { COMMANDS } from './commands/registry.ts';
import { EXPRESSION_OPERATORS } from './expression/compile.ts';
import { FILTER_OPERATORS } from './query/filter.ts';
import { SCHEMA_KEYWORDS } from './query/json-schema.ts';
import { UPDATE_OPERATORS } from './query/update-operators.ts';

const TABLES: readonly (readonly [string, readonly string[]])[] = [
  ['Commands', ['hello', ...COMMANDS.keys()]],
  ['Filter operators', FILTER_OPERATORS],
  ['Update operators', UPDATE_OPERATORS],
  ['Aggregation stages', [...STAGE_NAMES, '$changeStream', '$changeStreamSplitLargeEvent']],
  ['Expressions', EXPRESSION_OPERATORS],
  ['Accumulators of $group', GROUP_ACCUMULATORS],
  ['Functions of $setWindowFields', WINDOW_FUNCTIONS],
  ['Keywords of $jsonSchema', SCHEMA_KEYWORDS],
];

/** The support matrix as Markdown; `README.md` holds it, and a test keeps it true. */
export function supportMatrix(): string {
  const rows = TABLES.map(([title, names]) => {
    const sorted = [...new Set(names)].toSorted((left, right) => left.localeCompare(right, 'en'));
    return `### ${title} (${sorted.length})\n\n${sorted.map((name) => `\`${name}\``).join(' ')}\n`;
  });
  return rows.join('\n');
}

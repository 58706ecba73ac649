/** What the operator reads after an import. */
import { basename } from 'node:path';

import type { Remark, Target } from './found.ts';
import type { FileCheck } from './import-file.ts';
import { plainText } from './plain-text.ts';
import type { LoadReport, Tally } from './load.ts';

/** How an import ended. */
export interface Ending {
  /** As the operator gave it. */
  path: string;
  /** Name under which the rows' keys are kept. */
  source: string;
  dryRun: boolean;
  /** Whether every remark is shown on a line of its own. */
  verbose: boolean;
  seconds: number;
}

/** Lines of one reason that are named when they are counted together. */
const namedLines = 3;

/** The report as text: what the file holds, what was wrong with lines, what became of the rows. */
export function reportText(check: FileCheck, report: LoadReport, ending: Ending): string {
  const remarks = [...check.remarks, ...report.remarks].toSorted((a, b) => a.line - b.line);
  return [
    `${basename(ending.path)} as "${ending.source}"${ending.dryRun ? ' (dry run: nothing is changed)' : ''}`,
    '',
    ...check.figures.map(
      ({ name, value }) => `  ${plainText(name).padEnd(44)}${numeral(value).padStart(8)}`,
    ),
    ...remarkLines(remarks, ending),
    ...untoldLines(report),
    '',
    ...tallyLines(report.tallies),
    ...mapLines(report),
    '',
    closingLine(report, remarks, ending),
  ].join('\n');
}

/** How the process ends: 0 everything came in, 1 some lines did not, 2 nothing did. */
export function exitCode(check: FileCheck, report: LoadReport): 0 | 1 | 2 {
  const sums = sumOf(report.tallies);
  if (sums.created + sums.updated + sums.unchanged === 0) return 2;
  const isFaulty = [...check.remarks, ...report.remarks].some(({ grade }) => grade === 'FAILED');
  return isFaulty ? 1 : 0;
}

function remarkLines(remarks: readonly Remark[], { path, verbose }: Ending): string[] {
  const single = remarks.filter(({ grade }) => verbose || grade === 'FAILED');
  const counted = remarks.filter(({ grade }) => !verbose && grade !== 'FAILED');
  const groups = Map.groupBy(counted, ({ grade, reason }) => `${grade} ${reason}`);
  const lines = [
    ...single.map((remark) => `${path}:${remark.line}: ${wordOf(remark)}${remarkText(remark)}`),
    ...[...groups.values()].map(groupLine),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

function untoldLines({ untold = 0 }: LoadReport): string[] {
  return untold > 0 ? [`  ${numeral(untold)} more lines failed; mend these and import again.`] : [];
}

function groupLine(remarks: readonly Remark[]): string {
  const [first] = remarks;
  if (!first) return '';
  const lines = remarks.slice(0, namedLines).map(({ line }) => line);
  const others = remarks.length > namedLines ? ', …' : '';
  const count = remarks.length === 1 ? 'line' : `${numeral(remarks.length)} lines:`;
  return `  ${wordOf(first)}${plainText(first.reason)} (${count} ${lines.join(', ')}${others})`;
}

const words: Readonly<Record<Remark['grade'], string>> = {
  FAILED: '',
  SKIPPED: 'Left out: ',
  REPAIRED: 'Repaired: ',
  ALIKE: 'Looks like another firm: ',
};

function wordOf({ grade }: Remark): string {
  return words[grade];
}

function remarkText({ about, reason }: Remark): string {
  return plainText(about === null ? reason : `${about}: ${reason}`);
}

function tallyLines(tallies: ReadonlyMap<Target, Tally>): string[] {
  const columns = ['created', 'updated', 'unchanged', 'failed'] as const;
  const head = ['', ...columns].map((name, index) =>
    index === 0 ? ' '.repeat(16) : name.padStart(11),
  );
  const rows = [...tallies].map(([to, tally]) =>
    [`  ${to}`.padEnd(16), ...columns.map((name) => numeral(tally[name]).padStart(11))].join(''),
  );
  return [head.join(''), ...rows];
}

function mapLines({ map }: LoadReport): string[] {
  if (map === 'LEFT_AS_DRAFT')
    return [
      '',
      '  The map had a draft before this import; it was added to, and waits to be published.',
    ];
  return map === 'PUBLISHED' ? ['', '  A new version of the technology map was published.'] : [];
}

function closingLine(report: LoadReport, remarks: readonly Remark[], ending: Ending): string {
  const { created, updated, unchanged } = sumOf(report.tallies);
  const told = remarks.filter(({ grade }) => grade === 'FAILED').length;
  const faults = told + (report.untold ?? 0);
  const counts = `${numeral(created)} created, ${numeral(updated)} updated, ${numeral(unchanged)} unchanged`;
  const lines = `${numeral(faults)} ${faults === 1 ? 'line' : 'lines'} failed`;
  const verb = ending.dryRun ? 'Would be' : 'Done';
  return `${verb}: ${counts}; ${lines}; ${ending.seconds.toFixed(1)} s.`;
}

function sumOf(tallies: ReadonlyMap<Target, Tally>): Tally {
  const sum: Tally = { created: 0, updated: 0, unchanged: 0, failed: 0 };
  for (const tally of tallies.values())
    for (const name of ['created', 'updated', 'unchanged', 'failed'] as const)
      sum[name] += tally[name];
  return sum;
}

function numeral(value: number): string {
  return value.toLocaleString('en-US');
}

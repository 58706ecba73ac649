/** How values with several parts stand in one cell of a table. No storage. */

/** Values on lines of their own, empty ones left out. */
export function cellLines(cell: string): string[] {
  return cell
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter(Boolean);
}

/** Parts separated by `|`; a bar or a backslash within a part stands behind a backslash. */
export function joinParts(parts: readonly (string | null)[]): string {
  return parts.map((part) => (part ?? '').replaceAll(/[\\|]/g, '\\$&')).join(' | ');
}

/** The parts that `joinParts` joined, trimmed; an empty one is null. */
export function splitParts(line: string): (string | null)[] {
  const parts = [''];
  for (const [, escaped, bar, other] of line.matchAll(/\\([\\|])|(\|)|([^\\|]+|\\)/g)) {
    if (bar !== undefined) parts.push('');
    else parts[parts.length - 1] += escaped ?? other ?? '';
  }
  return parts.map((part) => part.trim() || null);
}

/** What a spreadsheet may take for the beginning of a formula, the wide forms of Korean and Japanese keyboards among them. */
const formula = String.raw`[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]`;
const dangerous = new RegExp(`^'*${formula}`, 'u');
const defused = new RegExp(`^'+${formula}`, 'u');

/**
 * A cell that no spreadsheet takes for a formula: one that begins with `=`, `+`, `-`, `@`, their wide forms, a tab or a line end
 * gets an apostrophe before it.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function safeCell(cell: string): string {
  return dangerous.test(cell) ? `'${cell}` : cell;
}

/** What `safeCell` made safe, as it was. */
export function plainCell(cell: string): string {
  return defused.test(cell) ? cell.slice(1) : cell;
}

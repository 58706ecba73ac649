// What may be set when the database starts, and while it runs: the same names for --set-parameter and `setParameter`.

/** What may be set; the names are MongoDB's where it has one. */
export type DatabaseParameters = {
  /** How long a transaction may be open, seconds. */
  transactionLifetimeLimitSeconds: number;
  /** How long changes are kept for change streams, seconds. */
  changeHistorySeconds: number;
  /** How many bytes of changes are kept, about. */
  changeHistoryBytes: number;
};

/** The name of a parameter. */
export type ParameterName = keyof DatabaseParameters;

/** What a parameter is when nobody says it, and between what it must be. */
export type ParameterRange = { usual: number; least: number; most: number };

const DAY = 86_400;
const MEBIBYTE = 1_048_576;

/** All parameters. */
export const PARAMETER_RANGES: Readonly<Record<ParameterName, ParameterRange>> = {
  transactionLifetimeLimitSeconds: { usual: 60, least: 1, most: DAY },
  changeHistorySeconds: { usual: 3600, least: 1, most: 366 * DAY },
  changeHistoryBytes: { usual: 512 * MEBIBYTE, least: 1, most: 2 ** 50 },
};

/** Whether something can be set. */
export function isParameter(name: string): name is ParameterName {
  return Object.hasOwn(PARAMETER_RANGES, name);
}

/** Whether a parameter may be this. */
export function isInRange(name: ParameterName, value: number): boolean {
  const { least, most } = PARAMETER_RANGES[name];
  return Number.isInteger(value) && value >= least && value <= most;
}

/**
 * Reads parameters as operators write them.
 *
 * @param assignments `NAME=NUMBER` each
 * @throws {Error} naming what cannot be set, or not to that
 */
export function readParameters(assignments: readonly string[]): Partial<DatabaseParameters> {
  const read: Partial<DatabaseParameters> = {};
  for (const assignment of assignments) {
    const at = assignment.indexOf('=');
    const name = assignment.slice(0, Math.max(at, 0)).trim();
    const text = assignment.slice(at + 1).trim();
    if (!isParameter(name))
      throw new Error(
        `'${assignment}' sets nothing: NAME=NUMBER with ${Object.keys(PARAMETER_RANGES).join(', ')}.`,
      );
    const value = text === '' ? Number.NaN : Number(text);
    const { least, most } = PARAMETER_RANGES[name];
    if (!isInRange(name, value))
      throw new Error(`${name} is a whole number from ${least} to ${most}, not '${text}'.`);
    read[name] = value;
  }
  return read;
}

/** All parameters: what was said, and what is usual. */
export function allParameters(said: Partial<DatabaseParameters> = {}): DatabaseParameters {
  const usual = (name: ParameterName): number => said[name] ?? PARAMETER_RANGES[name].usual;
  return {
    transactionLifetimeLimitSeconds: usual('transactionLifetimeLimitSeconds'),
    changeHistorySeconds: usual('changeHistorySeconds'),
    changeHistoryBytes: usual('changeHistoryBytes'),
  };
}

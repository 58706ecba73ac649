/** Reads a service's settings from the environment: all faults at once, before anything starts. */

/** Where settings come from: `process.env`, or a record in tests. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How one variable's text becomes its value; throws an Error with one sentence when it cannot. */
export type Setting<Value> = (text: string | undefined) => Value;

/** Every fault of an environment, one line each. */
export class ConfigError extends Error {
  constructor(faults: string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads each named variable.
 *
 * @throws {ConfigError} naming every variable that is missing or malformed
 */
export function readConfig<Settings extends Record<string, Setting<unknown>>>(
  environment: Environment,
  settings: Settings,
): { [Name in keyof Settings]: ReturnType<Settings[Name]> } {
  const faults: string[] = [];
  const read = Object.entries(settings).map(([name, setting]) => {
    try {
      const value = environment[name];
      return [name, setting(value === '' ? undefined : value)];
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return [name, undefined];
    }
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.fromEntries(read) as { [Name in keyof Settings]: ReturnType<Settings[Name]> };
}

/** Any text; without a default it must be set. */
export function text(fallback?: string): Setting<string> {
  return (value) => required(value ?? fallback);
}

/** Text that may be absent. */
export function optional(): Setting<string | null> {
  return (value) => value ?? null;
}

/** A TCP port, 0 to 65535; 0 lets the system choose. */
export function port(fallback: number): Setting<number> {
  return wholeNumber(fallback, 0, 65_535);
}

/** A whole number within limits. */
export function wholeNumber(fallback: number, least: number, most: number): Setting<number> {
  return (value) => {
    const number = value === undefined ? fallback : Number(value);
    if (!Number.isInteger(number) || number < least || number > most)
      throw new Error(`must be a whole number from ${least} to ${most}`);
    return number;
  };
}

/** `true` or `false`. */
export function flag(fallback: boolean): Setting<boolean> {
  return (value) => {
    if (value === undefined) return fallback;
    if (value !== 'true' && value !== 'false') throw new Error('must be true or false');
    return value === 'true';
  };
}

/** One of a closed list. */
export function oneOf<Choice extends string>(
  choices: readonly Choice[],
  fallback: Choice,
): Setting<Choice> {
  return (value) => {
    const found = choices.find((choice) => choice === (value ?? fallback));
    if (!found) throw new Error(`must be one of ${choices.join(', ')}`);
    return found;
  };
}

function required(value: string | undefined): string {
  if (value === undefined) throw new Error('must be set');
  return value;
}

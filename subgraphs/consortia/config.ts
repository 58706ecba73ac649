import { readConfig, wholeNumber, type Environment } from '#kit/config.ts';
import { fileStoreSettings } from '#kit/file-store.ts';

/** Settings of the consortia service. */
export type ConsortiaConfig = ReturnType<typeof readConsortiaConfig>;

/**
 * Reads the settings of the consortia service.
 *
 * @throws {ConfigError} naming every variable that is malformed
 */
export function readConsortiaConfig(environment: Environment) {
  return readConfig(environment, {
    /** How long one search for teams may take, seconds. */
    ASSEMBLY_SECONDS: wholeNumber(20, 1, 600),
    /** How many searches run at once; each takes a thread and up to 2 GB. */
    ASSEMBLIES_AT_ONCE: wholeNumber(2, 1, 64),
    /** How many searches may run or wait for one firm, and for one user. */
    ASSEMBLIES_A_COMPANY: wholeNumber(4, 1, 100),
    ASSEMBLIES_A_USER: wholeNumber(4, 1, 100),
    /** Where documents lie, how large they may be, and what looks at them. */
    ...fileStoreSettings,
  });
}

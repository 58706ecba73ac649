/** The settings of this subgraph; limits that protect it, changed by operators alone. */
import { readConfig, wholeNumber, type Environment } from '#kit/config.ts';

/** How much one map and one company may hold. */
export interface TechmapsConfig {
  /** Technologies in one version of a map. */
  mapLimit: number;
  /** Capabilities that one company publishes. */
  capabilityLimit: number;
}

/**
 * Reads `TECHMAPS_MAP_LIMIT` (20,000) and `TECHMAPS_CAPABILITY_LIMIT` (500).
 *
 * @throws {ConfigError} naming every variable that is malformed
 */
export function readTechmapsConfig(environment: Environment): TechmapsConfig {
  const read = readConfig(environment, {
    TECHMAPS_MAP_LIMIT: wholeNumber(20_000, 1, 100_000),
    TECHMAPS_CAPABILITY_LIMIT: wholeNumber(500, 1, 5_000),
  });
  return { mapLimit: read.TECHMAPS_MAP_LIMIT, capabilityLimit: read.TECHMAPS_CAPABILITY_LIMIT };
}

/** The settings of this subgraph; limits that protect it, changed by operators alone. */
import { readConfig, wholeNumber, type Environment } from '#kit/config.ts';
import { fileStoreSettings, type FileStoreConfig } from '#kit/file-store.ts';

/** How much one map and one company may hold. */
export interface TechmapsConfig {
  /** Technologies in one version of a map. */
  mapLimit: number;
  /** Capabilities that one company publishes. */
  capabilityLimit: number;
  /** Files that one company hands in. */
  fileLimit: number;
  /** Largest file, bytes. */
  fileBytes: number;
  /** Where files lie, and what looks at them. */
  files: FileStoreConfig;
}

/**
 * Reads `TECHMAPS_MAP_LIMIT` (20,000), `TECHMAPS_CAPABILITY_LIMIT` (500), `TECHMAPS_FILE_LIMIT` (1,000) and where files lie.
 *
 * @throws {ConfigError} naming every variable that is malformed
 */
export function readTechmapsConfig(environment: Environment): TechmapsConfig {
  const read = readConfig(environment, {
    TECHMAPS_MAP_LIMIT: wholeNumber(20_000, 1, 100_000),
    TECHMAPS_CAPABILITY_LIMIT: wholeNumber(500, 1, 5_000),
    TECHMAPS_FILE_LIMIT: wholeNumber(1_000, 1, 100_000),
    ...fileStoreSettings,
  });
  return {
    mapLimit: read.TECHMAPS_MAP_LIMIT,
    capabilityLimit: read.TECHMAPS_CAPABILITY_LIMIT,
    fileLimit: read.TECHMAPS_FILE_LIMIT,
    fileBytes: read.DOCUMENT_BYTES,
    files: read,
  };
}

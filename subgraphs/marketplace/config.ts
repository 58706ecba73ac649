/** What the environment says about this subgraph; the only file here that reads it. */
import { readConfig, wholeNumber, type Environment } from '#kit/config.ts';

/** Settings of the marketplace subgraph. */
export interface MarketplaceConfig {
  /** How many values a facet shows at most. */
  facetValues: number;
}

/** @throws {ConfigError} naming every malformed variable */
export function readMarketplaceConfig(environment: Environment): MarketplaceConfig {
  const { MARKETPLACE_FACET_VALUES } = readConfig(environment, {
    MARKETPLACE_FACET_VALUES: wholeNumber(50, 1, 1_000),
  });
  return { facetValues: MARKETPLACE_FACET_VALUES };
}

/** What a test run takes from its environment. */

/** Seed of the property tests: the same examples on every run, unless `PROPERTY_SEED` draws others. */
export const propertySeed = Number(process.env['PROPERTY_SEED'] ?? 20_260_101);

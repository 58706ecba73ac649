/** The version of MongoDB that we answer as. */
export const VERSION = '8.0.0';

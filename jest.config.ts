import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  testMatch: ['**/*.test.ts'],
  setupFiles: ['<rootDir>/test/properties.ts'],
  testTimeout: 60_000,
  // Tests wait for databases and solvers more than they compute.
  maxWorkers: '100%',
  // Modules of a file that was run stay in its worker: past this it begins anew, before collecting them costs more.
  workerIdleMemoryLimit: '1500MB',
  reporters: ['default', '<rootDir>/test/closing-line.js'],
};
export default config;

/** Ends a test run with one plain line, `N passed, N failed` and how many were skipped, from jest's own report. */
export default class ClosingLine {
  /** @param {import('@jest/reporters').AggregatedResult} results */
  onRunComplete(_contexts, results) {
    // A file that could not be run has no failed test to show for it.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const rest = skipped > 0 ? `, ${skipped} skipped` : '';
    // After jest's own summary, which comes later than this.
    process.once('exit', () => {
      console.log(`${results.numPassedTests} passed, ${failed} failed${rest}`);
    });
  }
}

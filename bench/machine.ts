/** Where a figure was measured, and where it is kept: a figure without its machine says nothing. */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** The machine and its load at this moment. */
export function machine() {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    load: loadavg().map((each) => Number(each.toFixed(2))),
  };
}

/**
 * Prints a benchmark's figures and keeps them as `bench/results/<date>-<question>.json`.
 *
 * @param figures with units in their names
 */
export async function report(question: string, figures: object): Promise<void> {
  const result = { question, at: new Date().toISOString(), machine: machine(), figures };
  const text = JSON.stringify(result, null, 2);
  const folder = new URL('./results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${result.at.slice(0, 10)}-${question}.json`, folder), `${text}\n`);
  console.log(text);
}

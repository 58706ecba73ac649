/** `npm run bench -- QUESTION [ARGUMENT ...]`: runs one benchmark; without a question it lists them. */
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

const ending = '.bench.ts';
const [question, ...rest] = process.argv.slice(2);
const files = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith(ending))
  .toSorted();

if (question !== undefined && files.includes(`${question}${ending}`)) {
  const file = new URL(`./${question}${ending}`, import.meta.url).pathname;
  const child = spawn(process.execPath, [file, ...rest], { stdio: 'inherit' });
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  console.log('Questions (npm run bench -- QUESTION):');
  for (const file of files) {
    const [first = ''] = (await readFile(new URL(file, import.meta.url), 'utf8')).split('\n');
    const asked = first.replace(/^\/\*\*\s*|^\/\/\s*|\s*\*\/$/g, '');
    console.log(`  ${file.slice(0, -ending.length).padEnd(16)} ${asked}`);
  }
  process.exitCode = question === undefined ? 0 : 1;
}

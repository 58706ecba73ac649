// Starts one of our programs. Plain JavaScript, so that a Node too old for the rest can still say what is wrong.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [, , program, ...rest] = process.argv;
const least = 24;

if (Number(process.versions.node.split('.')[0]) < least) {
  console.error(
    `Node ${least} or newer is needed, and this is ${process.version}. Run "npm ci" in this folder: it installs ` +
      `its own Node for "npm start" and "npm test" (npm must be allowed to run the install script of the package "node").`,
  );
  process.exit(1);
}

// Before the first TypeScript is read: what reads it takes 15 MB and is not needed for what is kept already.
module.enableCompileCache(
  fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)),
);

process.argv = [
  process.argv[0] ?? 'node',
  new URL(`../${program}`, import.meta.url).pathname,
  ...rest,
];
await import(new URL(`../${program}`, import.meta.url).href);

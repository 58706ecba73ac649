// Names in package-lock.json the binaries of platforms that the registry at hand did not offer when it was written, so
// that `npm ci` accepts the file on every platform. Run after `npm install`: node infra/lockfile.js (docs/decisions/0011).
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
];

/** What a platform package's name says of where it runs, such as `@swc/core-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) =>
    words.some((word) => word === processor || word === `${processor}v7`),
  );
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc';
  if (!os || !cpu) return null;
  return { cpu: [cpu], ...(os === 'linux' && { libc: [libc] }), os: [os] };
}

let added = 0;
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const platform = platformOf(name);
    if (lock.packages[path] || !platform || !/^\d/.test(version)) continue;
    const dev = entry.dev ? { dev: true } : {};
    lock.packages[path] = { version, ...platform, ...dev, optional: true };
    added += 1;
  }
}
const [root, ...rest] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([root, ...rest.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} platform packages added to package-lock.json.`);

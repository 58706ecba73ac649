import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Keeps what Node made of our TypeScript: the next start takes a third of the time and less memory.
 * In the project's own folder, as in a shared one somebody else could put code into it. Where it cannot be written,
 * nothing is kept.
 */
export function keepCompiled(): void {
  enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)));
}

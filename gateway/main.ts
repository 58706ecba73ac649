/** The gateway as a process of its own: subgraphs are reached at their URLs. */
import { enableCompileCache } from 'node:module';

// The libraries are large; what was compiled once makes every further start a quarter faster.
enableCompileCache();
const { start } = await import('./start.ts');
await start();

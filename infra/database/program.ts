import { fileURLToPath } from 'node:url';

/** Whether the module of this URL is the program that was started, and not only imported. */
export function isProgram(url: string): boolean {
  return process.argv[1] === fileURLToPath(url);
}

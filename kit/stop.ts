/** How a process of ours ends: by SIGINT or SIGTERM, once, after everything is closed; or once what it said is read. */

/** Ends the process after `stop` on the first SIGINT or SIGTERM; a second one does not wait. Exit 0, or 1 when stopping fails. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const end = () => {
    if (stopping) process.exit(130);
    stopping = true;
    void stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('Stopping failed:', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

/** Ends the process once everything that it wrote is taken: what a full pipe has not taken yet would be lost. */
export function exitOnceRead(code: number): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => process.exit(code)); // Whoever read has gone.
  process.stderr.write('', () => process.stdout.write('', () => process.exit(code)));
}

// The thread that solves. One job each: the solver never gives memory back, so the thread ends with the job.
import { parentPort, workerData } from 'node:worker_threads';
import { AssemblyFailure } from './failure.ts';
import { loadSolver } from './highs.ts';
import type { Message, Order } from './message.ts';
import { solve } from './solve.ts';

const say = (message: Message) => parentPort?.postMessage(message, []);

try {
  const order: Order = workerData;
  const solver = await loadSolver();
  const result = solve(solver, order.problem, order.settings, (progress, soFar) =>
    say({ kind: 'PROGRESS', progress, soFar }),
  );
  say({ kind: 'RESULT', result });
} catch (error) {
  const isKnown = error instanceof AssemblyFailure;
  say({
    kind: 'FAILURE',
    code: isKnown ? error.code : 'SOLVER',
    message: error instanceof Error ? error.message : String(error),
    faults: isKnown ? error.faults : [],
  });
}

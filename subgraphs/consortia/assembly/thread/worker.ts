// The thread that solves. One job each: the solver never gives memory back, so the thread ends with the job.
import { parentPort } from 'node:worker_threads';
import { solveCoverHere } from '../cover.ts';
import { AssemblyFailure } from '../failure.ts';
import { solveMatchingHere } from '../matching.ts';
import { loadSolver, type Solver } from '../search/highs.ts';
import type { Answer, Message, Order } from './message.ts';
import { receiveOrder } from './parcel.ts';
import { repair } from '../explanation/repair.ts';
import { weigh } from '../explanation/sensitivity.ts';
import { solve, type Report } from '../solve.ts';

if (!parentPort) throw new Error('This file runs in a worker thread.');
const port = parentPort;
const say = (message: Message) => port.postMessage(message, []);
const report: Report = (progress, soFar) => say({ kind: 'PROGRESS', progress, soFar });

function answer(solver: Solver, order: Order): Answer {
  const { kind, settings } = order;
  if (kind === 'ASSEMBLE')
    return { of: kind, result: solve(solver, order.problem, settings, report) };
  if (kind === 'REPAIR')
    return { of: kind, result: repair(solver, order.problem, order.previous, settings, report) };
  if (kind === 'COVER')
    return { of: kind, result: solveCoverHere(solver, order.problem, settings) };
  if (kind === 'MATCH')
    return { of: kind, result: solveMatchingHere(solver, order.problem, settings) };
  return {
    of: kind,
    result: weigh(solver, order, (scenario, of) => say({ kind: 'SCENARIO', scenario, of })),
  };
}

try {
  const [order, solver] = await Promise.all([receiveOrder(port), loadSolver()]);
  say({ kind: 'ANSWER', answer: answer(solver, order) });
} catch (error) {
  const isKnown = error instanceof AssemblyFailure;
  say({
    kind: 'FAILURE',
    code: isKnown ? error.code : 'SOLVER',
    message: error instanceof Error ? error.message : String(error),
    faults: isKnown ? error.faults : [],
  });
}

/** Searches as they are stored: when they begin, and what came of them. Pure. */
import { newId } from '#kit/id.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import { AssemblyFailure, type AssemblyFault } from '../assembly/failure.ts';
import type { RepairResult } from '../assembly/explanation/repair.ts';
import type { Weights } from '../assembly/problem.ts';
import type { AssemblyResult, Proposal } from '../assembly/result.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import type { AssemblyRecord, ProposalRecord } from './assembly.model.ts';
import type { Gathered } from './gather.ts';
import type { Request } from './request.ts';
import type { Outcome } from './search.ts';
import { missesOf } from './weighing.ts';

/** A search that begins. */
export function newSearch(
  project: Pick<ProjectRecord, '_id' | 'requirements'>,
  { userId, requestKey, requestDigest }: Request,
  weights: Weights,
): Omit<AssemblyRecord, 'runner'> {
  return {
    _id: newId(),
    projectId: project._id,
    requestedBy: userId,
    requestedAt: new Date(),
    ...(requestKey !== null && { requestKey }),
    requestDigest,
    status: 'RUNNING',
    cancelAskedAt: null,
    endedAt: null,
    progress: {
      seq: 1,
      phase: 'WAITING',
      points: null,
      bound: null,
      gap: null,
      elapsedMillis: 0,
    },
    problems: [],
    requirements: project.requirements,
    proposals: [],
    proposalIds: [],
    bestMemberIds: [],
    infeasibility: null,
    repair: null,
    capped: [],
    solvedAgain: [],
    funnels: [],
    weights,
    statistics: null,
  };
}

/** What came of a search from scratch. */
export function outcomeOf(
  result: Omit<AssemblyResult, 'weights'>,
  { pool, capped }: Gathered,
): Outcome {
  const { costReferenceWon } = result.statistics;
  const asStored = (proposal: Proposal): ProposalRecord => ({
    ...proposal,
    id: newId(),
    misses: missesOf(pool, proposal, costReferenceWon),
  });
  const proposals = result.proposals.map(asStored);
  const { infeasibility } = result;
  const relaxed = infeasibility?.relaxation?.proposal;
  const relaxedTeam = relaxed ? asStored(relaxed) : null;
  return {
    status: result.status,
    proposals,
    proposalIds: [...proposals, ...(relaxedTeam ? [relaxedTeam] : [])].map(({ id }) => id),
    bestMemberIds: (proposals[0]?.members ?? []).map(({ candidateId }) => candidateId),
    infeasibility: infeasibility && {
      ...infeasibility,
      relaxation: infeasibility.relaxation && {
        ...infeasibility.relaxation,
        proposal: relaxedTeam,
      },
    },
    capped,
    funnels: [...result.funnels],
    statistics: result.statistics,
  };
}

/** What came of a search for the smallest change of a team. */
export function repairOutcomeOf(result: RepairResult, gathered: Gathered): Outcome {
  const { changes, isSmallest, keepIds, joinIds, leaveIds, proposal, statistics } = result;
  const { status, infeasibility } = result;
  const proposals = proposal ? [proposal] : [];
  return {
    ...outcomeOf({ status, proposals, infeasibility, funnels: [], statistics }, gathered),
    repair: proposal && {
      changes,
      isSmallest,
      keepIds: [...keepIds],
      joinIds: [...joinIds],
      leaveIds: [...leaveIds],
    },
  };
}

/** What came of a search that broke down, and why where that is known. */
export function failureOf(error: unknown): Outcome {
  const faults = error instanceof AssemblyFailure ? error.faults : [];
  return { status: 'FAILED', problems: faults.map(problemOf) };
}

const codes = {
  INVALID: 'INVALID',
  DUPLICATE: 'INVALID',
  UNKNOWN_ID: 'NOT_FOUND',
  LIMIT_REACHED: 'LIMIT_REACHED',
} as const;

function problemOf({ code, path, message }: AssemblyFault): Problem {
  return problem(codes[code], message, [...path]);
}

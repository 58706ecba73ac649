/** Sectors that programmes, calls and projects name: only those that companies told of. */
import { unknownCodes, unknownProblem, unknownProblems } from '#kit/known.ts';
import type { Problem } from '#kit/refusal.ts';
import type { Context } from '../context.ts';

type Store = Pick<Context, 'connection'>;

/** A refusal for each sector of a list that there is not, at its place in `sectors` below the path. */
export async function sectorFaults(
  { connection }: Store,
  sectors: readonly string[] | null | undefined,
  path: readonly string[] = [],
): Promise<Problem[]> {
  const unknown = await unknownCodes(connection, 'sector', sectors ?? []);
  return unknownProblems('sector', sectors, unknown, [...path, 'sectors']);
}

/** A refusal of the sector of a project, when there is none with its code. */
export async function oneSectorFaults(
  { connection }: Store,
  sector: string | null | undefined,
): Promise<Problem[]> {
  const unknown = await unknownCodes(connection, 'sector', sector == null ? [] : [sector]);
  return [...unknown].map((code) => unknownProblem('sector', code, ['sector']));
}

/** The same for each edition of a programme's rules. */
export async function editionFaults(
  store: Store,
  rules: readonly { sectors?: readonly string[] | null | undefined }[] | null | undefined,
  path: readonly string[] = [],
): Promise<Problem[]> {
  const faults: Problem[] = [];
  for (const [index, { sectors }] of (rules ?? []).entries())
    faults.push(...(await sectorFaults(store, sectors, [...path, 'rules', String(index)])));
  return faults;
}

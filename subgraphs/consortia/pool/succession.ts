/** What technologies became. */
import type { Model } from 'mongoose';

import { becameOf } from '#kit/renewal.ts';
import type { TechnologyFact } from '#schema/facts.ts';
import type { TechnologyRecord } from './technology.model.ts';

/** The one technology that took the place of another, or null. */
export function successorOf({ succession }: Pick<TechnologyFact, 'succession'>): string | null {
  const isPlain = succession?.kind === 'RENAMED' || succession?.kind === 'MERGED';
  return isPlain ? (succession.successorIds[0] ?? null) : null;
}

/** Requirements with what their technologies became by being renamed or merged. */
export async function followed<Requirement extends { technologyId: string }>(
  technologies: Model<TechnologyRecord>,
  requirements: readonly Requirement[],
): Promise<Requirement[]> {
  const now: Requirement[] = [];
  for (const requirement of requirements) {
    const { technologyId: before } = requirement;
    const technologyId = await becameOf({ known: technologies, facts: [] }, before, successorOf);
    now.push({ ...requirement, technologyId });
  }
  return now;
}

/** Who may see what of projects and what hangs on them. */
import { hasRole, type Viewer } from '#kit/viewer.ts';
import type { ProjectStatus } from './state.ts';

/** States in which everybody may see a project. */
export const publicStatuses: readonly ProjectStatus[] = [
  'SEALED',
  'SUBMITTED',
  'AWARDED',
  'REJECTED',
  'RUNNING',
  'COMPLETED',
  'TERMINATED',
];

/** The key in an audience that stands for everybody. */
export const everybody = 'public';

/** The keys a viewer has, one of which must be in a thing's audience; null for the secretariat, which sees all. */
export function keysOf(viewer: Viewer): string[] | null {
  if (hasRole(viewer, 'SECRETARIAT')) return null;
  return [everybody, ...viewer.companies.map(({ companyId }) => companyId)];
}

/** Whether a viewer is in an audience. */
export function maySee(viewer: Viewer, { audience }: { audience: readonly string[] }): boolean {
  const keys = keysOf(viewer);
  return keys === null || keys.some((key) => audience.includes(key));
}

/** Whether a viewer belongs to a firm in the audience, or to the secretariat: being one of everybody is not enough. */
export function isParticipant(
  viewer: Viewer,
  { audience }: { audience: readonly string[] },
): boolean {
  const own = viewer.companies.some(({ companyId }) => audience.includes(companyId));
  return own || hasRole(viewer, 'SECRETARIAT');
}

/** The filter on `audience` that keeps what a viewer may see. */
export function visibleTo(viewer: Viewer): { audience?: { $in: string[] } } {
  const keys = keysOf(viewer);
  return keys === null ? {} : { audience: { $in: keys } };
}

/** Whether the viewer belongs to a firm in any role, or to the secretariat. */
export function isInside(viewer: Viewer, companyId: string): boolean {
  return (
    hasRole(viewer, 'SECRETARIAT') || viewer.companies.some((own) => own.companyId === companyId)
  );
}

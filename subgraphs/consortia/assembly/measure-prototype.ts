// The same instance solved by the prototype that the formulation was measured with, where its folder is at hand: it is no part
// of the project. It takes the numbers as this solver has prepared them, so that both prove the same optimum.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import library from 'highs';
import { at } from './task/dense.ts';
import type { Instance } from './task/instance.ts';
import { moneyUnit } from './task/task.ts';
import type { Constraint } from './problem.ts';

/** What the prototype tells of a run; seconds since the instance was handed over. */
export interface PrototypeRun {
  obj: number;
  bound: number;
  el: number;
  st: { firstFeas: number | null; t1pct?: number; survivors?: number; cgIter?: number };
}

interface Prototype {
  solveCG: (instance: object, solver: unknown, options: object) => PrototypeRun;
}

/** Loads the prototype of a folder; what it gives solves one instance. */
export async function loadPrototype(folder: string): Promise<(instance: Instance) => PrototypeRun> {
  const file = pathToFileURL(join(folder, 'cg.mjs')).href;
  const { solveCG } = (await import(file)) as Prototype;
  const load: typeof library.default = 'default' in library ? library.default : library;
  const solver = await load();
  return (instance) => solveCG(prototypeInstance(instance), solver, { gap: 1e-4 });
}

// Its names are its own. A firm of two kinds counts there as of the first.
function prototypeInstance(instance: Instance): object {
  const { firms, weights } = instance;
  // A whole budget is 1,000 there.
  const inUnits = (won: number) => won / (10 * moneyUnit(instance));
  const groups = Array.from({ length: instance.groups }, (): number[] => []);
  for (const [firm, group] of instance.group.entries()) groups[group]?.push(firm);
  const track = new Float64Array(instance.requirement.length);
  for (let firm = 0; firm < firms; firm++)
    track.fill(at(instance.track, firm), instance.start[firm], instance.start[firm + 1]);
  return {
    n: firms,
    ids: Int32Array.from(instance.ids.keys()),
    off: instance.start,
    rq: Int16Array.from(instance.requirement),
    q: instance.quality,
    t: track,
    c: instance.priceWon.map(inUnits),
    base: instance.entryWon.map(inUnits),
    sme: members(instance, 'MIN_SMES'),
    out: members(instance, 'MIN_OUTSIDE_CAPITAL'),
    csap: members(instance, 'CERTIFICATE'),
    type: instance.kindBits.map((bits) => 31 - Math.clz32(bits & -bits)),
    cap: Uint8Array.from(instance.capacity),
    lead: instance.mayLead,
    fixIn: new Uint8Array(firms),
    groups,
    grp: instance.group,
    ho: instance.historyStart,
    hj: instance.historyFirm,
    hw: instance.historyStrength,
    omega: instance.share,
    want: instance.want,
    must: instance.must,
    P: {
      nReq: instance.must.length,
      Pmin: least(instance, 'MIN_PARTNERS'),
      Pmax: instance.maxPartners,
      minSme: least(instance, 'MIN_SMES'),
      minNonCapital: least(instance, 'MIN_OUTSIDE_CAPITAL'),
      needCsapAny: least(instance, 'CERTIFICATE'),
      minTypes: instance.minKinds,
      budget: inUnits(instance.costReferenceWon),
      req: Array.from(instance.must, (must, index) => ({ must, want: at(instance.want, index) })),
      W: {
        cov: weights.coverage,
        track: weights.track,
        cost: weights.cost,
        size: weights.size,
        coh: weights.cohesion,
      },
    },
  };
}

function rowOf({ quotas }: Instance, kind: Constraint['kind']) {
  return quotas.find(({ constraint }) => constraint?.kind === kind);
}

function least(instance: Instance, kind: Constraint['kind']): number {
  return rowOf(instance, kind)?.least ?? 0;
}

function members(instance: Instance, kind: Constraint['kind']): Uint8Array {
  const marks = new Uint8Array(instance.firms);
  for (const firm of rowOf(instance, kind)?.firms ?? []) marks[firm] = 1;
  return marks;
}

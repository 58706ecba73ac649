/** What assembling took in the measurements that the formulation was chosen by: median and worst of three projects a size. */

/** Seconds, median and worst. */
type Spread = readonly [median: number, worst: number];

/** The floor of one size: pricing is to be no slower and no larger. */
export interface Floor {
  firstTeamSeconds: Spread;
  onePerCentSeconds: Spread;
  provenSeconds: Spread;
  /** Worst of three. */
  peakMegabytes: number;
}

const floors: readonly [firms: number, technologies: number, requirements: number, Floor][] = [
  [1_000, 50, 10, floor([0, 0.01], [1, 1.3], [1, 1.4], 159)],
  [1_000, 50, 20, floor([0, 0.01], [1.6, 3], [1.6, 3], 199)],
  [1_000, 50, 40, floor([0.01, 0.01], [3.1, 10.8], [4.2, 13.1], 270)],
  [1_000, 300, 10, floor([0, 0.01], [0.5, 2.6], [0.5, 3], 136)],
  [1_000, 300, 20, floor([0.01, 0.04], [0.4, 2.6], [0.6, 2.6], 150)],
  [1_000, 300, 40, floor([0.01, 0.01], [0.7, 1.3], [1.3, 1.8], 164)],
  [10_000, 50, 10, floor([0.01, 0.02], [0.7, 1.5], [0.9, 1.7], 164)],
  [10_000, 50, 20, floor([0.02, 0.04], [1.8, 2.5], [2.1, 2.5], 194)],
  [10_000, 50, 40, floor([0.01, 0.03], [3, 9.7], [8.9, 27.2], 246)],
  [10_000, 300, 10, floor([0.01, 0.01], [0.5, 2], [0.6, 2], 168)],
  [10_000, 300, 20, floor([0.02, 0.1], [0.7, 2.1], [0.8, 2.3], 168)],
  [10_000, 300, 40, floor([0.01, 0.02], [1.5, 4.8], [2.2, 13.9], 201)],
  [100_000, 50, 10, floor([0.02, 0.02], [1.4, 1.6], [1.4, 1.7], 286)],
  [100_000, 50, 20, floor([0.17, 0.32], [2.4, 3.5], [2.8, 3.5], 373)],
  [100_000, 50, 40, floor([0.1, 0.13], [6.6, 7.3], [8.8, 34.6], 350)],
  [100_000, 300, 10, floor([0.01, 0.03], [1, 1.4], [1.1, 1.4], 294)],
  [100_000, 300, 20, floor([0.07, 0.14], [1.6, 4.6], [1.8, 6.7], 285)],
  [100_000, 300, 40, floor([0.11, 0.2], [4, 4.8], [5.6, 9], 348)],
];

function floor(first: Spread, onePerCent: Spread, proven: Spread, peakMegabytes: number): Floor {
  return {
    firstTeamSeconds: first,
    onePerCentSeconds: onePerCent,
    provenSeconds: proven,
    peakMegabytes,
  };
}

/** The floor of a size, or null where none was measured. */
export function floorOf(size: {
  firms: number;
  technologies: number;
  requirements: number;
}): Floor | null {
  const found = floors.find(
    ([firms, technologies, requirements]) =>
      firms === size.firms &&
      technologies === size.technologies &&
      requirements === size.requirements,
  );
  return found?.[3] ?? null;
}

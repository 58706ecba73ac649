/** How the story shows figures. */
import { nameOf, type Assembly, type Consortium } from './team.ts';

/** An amount as people write it. */
export function won(amount: number): string {
  return `${amount.toLocaleString('en-US')} won`;
}

/** Shows what a search found and what it has proven. */
export function showAssembly(
  { status, proposals, statistics }: Assembly,
  print: (line: string) => void,
): void {
  const { candidates, pairs, survivors, seconds, stoppedBy } = statistics;
  print(
    `Assembled in ${seconds.toFixed(2)} s: ${candidates.toLocaleString('en-US')} firms looked at, ${pairs.toLocaleString('en-US')} fitting pairs, ` +
      `${survivors.toLocaleString('en-US')} firms in the exact search, ended by ${stoppedBy}: ${status}.`,
  );
  for (const { rank, points, bound, gap, members } of proposals)
    print(
      `  ${rank}. ${members.length} firms, ${points.toFixed(1)} points, proven bound ${bound.toFixed(1)}, gap ${(gap * 100).toFixed(2)} %`,
    );
  const [best] = proposals;
  for (const { company, role, covers, reasons } of best?.members ?? []) {
    const covered = covers.map(
      ({ requirement, level }) => `${nameOf(requirement.technology.name)} at ${level}`,
    );
    print(`     ${nameOf(company.name)} (${role}): ${covered.join(', ') || 'leads'}`);
    const [reason] = reasons;
    if (reason) print(`       because: ${nameOf(reason.text)}`);
  }
  for (const { technology } of best?.uncovered ?? [])
    print(`     Not covered as wished: ${nameOf(technology.name)}`);
}

/** Shows who gets what. */
export function showMembers({ memberships }: Consortium, print: (line: string) => void): void {
  print('Shares:');
  for (const { company, role, share, shareAmount } of memberships)
    print(
      `  ${nameOf(company.name).padEnd(36)} ${role.padEnd(8)} ${((share ?? 0) / 100).toFixed(2).padStart(6)} % ${won(shareAmount ?? 0).padStart(22)}`,
    );
}

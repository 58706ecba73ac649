/** What is mailed to people, where the mailbox is open. */
import { setTimeout as pause } from 'node:timers/promises';

import type { CompaniesWorld } from './companies.ts';
import { someone } from '../service.ts';

const mailbox = `query ($to: String!) { mailbox(to: $to, first: 100) { edges { node { subject text } } } }`;

/** The newest mail to somebody with this word in its subject, once it has come. */
export async function mailTo(world: CompaniesWorld, to: string, word: string): Promise<string> {
  for (;;) {
    const { edges } = await world.ask(someone, mailbox, { to });
    const found = edges.find(({ node }: { node: { subject: string } }) =>
      node.subject.includes(word),
    );
    if (found) return found.node.text as string;
    await pause(50);
  }
}

/** The secret that a mail hands over. */
export function tokenIn(text: string): string {
  return /token=([\w-]+)/.exec(text)?.[1] ?? '';
}

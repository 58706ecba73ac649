/** A second factor that is turned on, and the app on its owner's phone. */
import { URI, type TOTP } from 'otpauth';

import type { Viewer } from '#kit/viewer.ts';
import { password, type CompaniesWorld } from './companies.ts';

/** What somebody with a second factor has. */
export interface SecondFactor {
  /** What the app shows so many periods of half a minute from now. */
  codeIn: (periods: number) => string;
  /** Six digits that the app does not show about now. */
  wrong: string;
  /** For when the phone is lost. */
  recoveryCodes: string[];
}

const start = `mutation ($input: StartSecondFactorInput!) { startSecondFactor(input: $input) { uri } }`;
const confirm = `mutation ($input: ConfirmSecondFactorInput!) { confirmSecondFactor(input: $input) { recoveryCodes } }`;

/** Turns a second factor on, with a proof of who somebody is. */
export async function turnOnSecondFactor(
  world: CompaniesWorld,
  viewer: Viewer,
  proof: object = { currentPassword: password },
): Promise<SecondFactor> {
  const { uri } = await world.ask(viewer, start, { input: proof });
  const app = URI.parse(uri) as TOTP;
  const codeIn = (periods: number) => app.generate({ timestamp: Date.now() + periods * 30_000 });
  const near = [-2, -1, 0, 1, 2, 3].map(codeIn);
  // One of seven is none of these six.
  const wrong = ['0', '1', '2', '3', '4', '5', '6']
    .map((digit) => digit.repeat(6))
    .find((code) => !near.includes(code));
  if (wrong === undefined) throw new Error('Every code is right.');
  // A code is good a period early too: the next one is left for signing in.
  const confirmed = await world.ask(viewer, confirm, { input: { code: codeIn(0) } });
  return { codeIn, wrong, recoveryCodes: confirmed.recoveryCodes as string[] };
}

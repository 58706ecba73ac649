/** The agreement of the demo's consortium: drawn up, and signed by the owner of every member. */
import type { Client } from './client.ts';
import type { Consortium } from './team.ts';

/** An agreement as the demo reads it. */
export interface Agreement {
  id: string;
  number: number;
  status: string;
  sha256: string;
  size: number;
  signatures: { company: { id: string } }[];
  unsigned: { id: string }[];
}

const select =
  'agreement { id number status sha256 size signatures { company { id } } unsigned { id } }';

/**
 * Draws up the agreement and has every member sign its hash.
 *
 * @param owners by company id, the lead's among them
 * @throws {DemoFault} where the platform refuses a step
 */
export async function agree(
  lead: Client,
  { id, revision, memberships }: Consortium,
  owners: ReadonlyMap<string, Client>,
  print: (line: string) => void,
): Promise<Agreement> {
  let { agreement } = await lead.change<{ agreement: Agreement }>(
    { field: 'drawUpAgreement', type: 'DrawUpAgreementInput', select },
    { consortiumId: id, revision },
  );
  print(
    `Drew up agreement ${agreement.number}, a PDF in Korean and English of ${agreement.size.toLocaleString('en-US')} bytes, SHA-256 ${agreement.sha256.slice(0, 16)}….`,
  );
  for (const membership of memberships) {
    const owner = owners.get(membership.company.id);
    if (!owner) throw new RangeError(`Nobody signs for ${membership.company.id}.`);
    const signed = await owner.change<{ agreement: Agreement }>(
      { field: 'signAgreement', type: 'SignAgreementInput', select },
      { membershipId: membership.id, agreementId: agreement.id, sha256: agreement.sha256 },
    );
    agreement = signed.agreement;
  }
  print(`The owners of all ${agreement.signatures.length} members signed it.`);
  return agreement;
}

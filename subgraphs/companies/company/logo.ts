/** A company's logo: an image in pixels, kept under its hash, shown as a `data:` address. */
import { refuseUnclean } from '#kit/file-store.ts';
import { problem, refuseAny, type Problem } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import { editing, maySeeInside, refuseGone } from './access.ts';
import { changeCompany, readAt } from './change.ts';
import type { CompanyRecord, LogoRecord } from './company.model.ts';
import { imageIn } from './logo-image.ts';

/** Largest logo, bytes: a page of the search shows a hundred. */
const mostBytes = 64 * 1024;
/** Sides, pixels. */
const leastSide = 16;
const mostSide = 1_024;

/** A logo as it is handed in; null takes it away. */
export interface GivenLogo {
  id: string;
  revision: number;
  content?: string | null | undefined;
}

/**
 * Gives a company a logo, or takes it away. Its editors may, and the secretariat.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (content; rules LOGO_FORM, LOGO_BYTES,
 * LOGO_SIDES, SCAN), WRONG_STATE (content; rule SCANNER_AWAY)
 */
export async function setCompanyLogo(
  context: Context,
  { id, revision, content }: GivenLogo,
): Promise<CompanyRecord> {
  editing(context.viewer, id);
  const company = await readAt(context, { id, revision });
  refuseGone(company);
  if (content == null) return changeCompany(context, company, { logo: null });
  const { bytes, logo, faults } = readLogo(content);
  refuseAny(faults);
  await refuseUnclean(context.store, bytes, ['content'], context.log);
  const sha256 = await context.store.put(bytes);
  return changeCompany(context, company, { logo: { ...logo, sha256 } });
}

/** The logo for whoever may see it, as a `data:` address; of a firm that is not approved its members and the secretariat. */
export async function logoOf(
  { viewer, store }: Pick<Context, 'viewer' | 'store'>,
  { _id, status, logo }: CompanyRecord,
): Promise<{ dataUrl: string; width: number; height: number } | null> {
  if (!logo || (status !== 'APPROVED' && !maySeeInside(viewer, _id))) return null;
  const bytes = await store.get(logo.sha256);
  const dataUrl = `data:${logo.mediaType};base64,${bytes.toString('base64')}`;
  return { dataUrl, width: logo.width, height: logo.height };
}

/** What is handed in: base64, or a whole `data:` address, whose word for what it is counts nothing. Pure. */
export function readLogo(content: string): {
  bytes: Buffer;
  logo: Omit<LogoRecord, 'sha256'>;
  faults: Problem[];
} {
  const text = content.replace(/^data:[\w./+-]{0,100};base64,/, '');
  // Measured before it is decoded: four characters are three bytes.
  const tooLarge = text.length > Math.ceil(mostBytes / 3) * 4;
  const bytes = tooLarge ? Buffer.alloc(0) : Buffer.from(text, 'base64');
  const isBase64 = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  const image = isBase64 ? imageIn(bytes) : null;
  const logo = image ?? { mediaType: 'image/png' as const, width: 0, height: 0 };
  if (tooLarge || bytes.length > mostBytes)
    return { bytes, logo, faults: [fault('At most 64 KiB.', 'LOGO_BYTES', String(mostBytes))] };
  if (!image) return { bytes, logo, faults: [fault('A PNG, JPEG or WebP image.', 'LOGO_FORM')] };
  const sides = [image.width, image.height];
  const fits = sides.every((side) => side >= leastSide && side <= mostSide);
  const limit = `${leastSide}-${mostSide}`;
  const found = sides.join('x');
  const message = `Each side has ${leastSide} to ${mostSide} pixels.`;
  return { bytes, logo, faults: fits ? [] : [fault(message, 'LOGO_SIDES', limit, found)] };
}

function fault(
  message: string,
  rule: string,
  limit: string | null = null,
  found: string | null = null,
): Problem {
  return problem('INVALID', message, ['content'], { rule, limit, found });
}

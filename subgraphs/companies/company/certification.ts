/** Certificates of companies: stating, confirming, withdrawing, and whether one counts today. */
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { problem, refusal, refuseAny, type Problem, type ProblemDetail } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { hasRole, signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { isOwnFirm, refuseOwnFirm } from '../member/place.ts';
import { editing, refuseGone } from './access.ts';
import { changeCompany, readAt } from './change.ts';
import type { CertificationRecord, CompanyRecord } from './company.model.ts';

/** A certificate as it comes in. */
export interface CertificateDraft {
  scheme: string;
  type?: string | null | undefined;
  grade?: string | null | undefined;
  number?: string | null | undefined;
  appliedOn?: string | null | undefined;
  validFrom: string;
  validTo?: string | null | undefined;
}

/** Types and grades of the cloud security assurance programme. @see 클라우드 보안인증제, KISA */
const csap = {
  types: ['IAAS', 'SAAS_STANDARD', 'SAAS_SIMPLE', 'DAAS'],
  grades: ['HIGH', 'MID', 'LOW'],
};
/** How many certificates a company has at most, withdrawn ones too. */
const mostCertificates = 200;
/** Characters of a certificate's number. */
const longestNumber = 80;
const nameForm = /^(?=.{1,40}$)[A-Z0-9]+(?:_[A-Z0-9]+)*$/;

/** Whether a certificate counts on a day: confirmed, valid, not withdrawn. */
export function countsOn(certificate: CertificationRecord, day: string): boolean {
  const { confirmedAt, withdrawnAt, validFrom, validTo } = certificate;
  if (confirmedAt === null || withdrawnAt !== null) return false;
  return validFrom <= day && (validTo === null || day <= validTo);
}

/** Whether a certificate counts today, in Asia/Seoul. */
export function isCurrent(certificate: CertificationRecord): boolean {
  return countsOn(certificate, seoulDay(new Date()));
}

/** A company's certificates, the last valid first; only those that count today or only the others, when asked. */
export function certificationsOf(
  { certifications }: CompanyRecord,
  current: boolean | null | undefined,
): CertificationRecord[] {
  return certifications
    .filter((each) => current == null || isCurrent(each) === current)
    .toSorted((a, b) => b.validFrom.localeCompare(a.validFrom) || b._id.localeCompare(a._id));
}

/**
 * States that a company holds a certificate. Its editors may; it counts once the secretariat confirms it, and at
 * once when somebody of the secretariat states it who does not belong to the firm.
 *
 * @throws {Refusal} NOT_FOUND, STALE, WRONG_STATE, INVALID, TAKEN (certificate), LIMIT_REACHED
 */
export async function addCertification(
  context: Context,
  { companyId, revision, certificate }: CompanyAt & { certificate: CertificateDraft },
): Promise<CertificationOutcome> {
  const { viewer } = context;
  editing(viewer, companyId);
  const company = await readAt(context, { id: companyId, revision }, 'companyId');
  refuseGone(company, 'companyId');
  refuseAny(certificateProblems(certificate, ['certificate']));
  const counts = hasRole(viewer, 'SECRETARIAT') && !(await isOwnFirm(context, companyId));
  const confirmedAt = counts ? new Date() : null;
  const certification = certificationOf(certificate, confirmedAt, false);
  refuseAny(placeProblems(company.certifications, certification));
  const certifications = [...company.certifications, certification];
  return { company: await changeCompany(context, company, { certifications }), certification };
}

/** A company that was read at a revision. */
export interface CompanyAt {
  companyId: string;
  revision: number;
}

/** What a change of a certificate gives. */
export interface CertificationOutcome {
  company: CompanyRecord;
  certification: CertificationRecord;
}

/**
 * Confirms that a certificate was seen. Only the secretariat may.
 *
 * @throws {Refusal} NOT_FOUND, STALE, WRONG_STATE (certificationId)
 */
export async function confirmCertification(
  context: Context,
  input: CompanyAt & { certificationId: string },
): Promise<CertificationOutcome> {
  signedInAs(context.viewer, 'SECRETARIAT');
  await refuseOwnFirm(context, input.companyId, 'companyId');
  return changeCertification(context, input, (certification) => {
    if (certification.confirmedAt !== null) throw wrongState('It is confirmed already.');
    return { ...certification, confirmedAt: new Date() };
  });
}

/**
 * Ends a certificate before its time. The company's editors may, and the secretariat.
 *
 * @throws {Refusal} NOT_FOUND, STALE, WRONG_STATE (certificationId)
 */
export async function withdrawCertification(
  context: Context,
  input: CompanyAt & { certificationId: string },
): Promise<CertificationOutcome> {
  editing(context.viewer, input.companyId);
  return changeCertification(context, input, (certification) => ({
    ...certification,
    withdrawnAt: new Date(),
  }));
}

/** What is wrong with a certificate. */
export function certificateProblems(draft: CertificateDraft, path: string[]): Problem[] {
  const names = (['scheme', 'type', 'grade'] as const).flatMap((field) => {
    const name = draft[field];
    return name == null || nameForm.test(name) ? [] : [{ field, name }];
  });
  const faults: Fault[] = [
    ...names.map(({ field, name }) => ({
      field,
      message: 'Upper case, digits and single underscores, at most 40.',
      detail: { rule: 'CODE_FORM', limit: nameForm.source, found: name.slice(0, 60) },
    })),
    ...(names.length > 0 ? [] : csapFaults(draft)),
    ...numberFaults(draft),
    ...dayFaults(draft),
  ];
  return faults.map(({ field, message, detail }) =>
    problem('INVALID', message, [...path, field], detail),
  );
}

/** A certificate as it is kept. */
export function certificationOf(
  draft: CertificateDraft,
  confirmedAt: Date | null,
  imported: boolean,
): CertificationRecord {
  return {
    _id: newId(),
    scheme: draft.scheme,
    type: draft.type ?? null,
    grade: draft.grade ?? null,
    number: tidy(draft.number ?? '') || null,
    appliedOn: draft.appliedOn ?? null,
    validFrom: draft.validFrom,
    validTo: draft.validTo ?? null,
    confirmedAt,
    withdrawnAt: null,
    imported,
  };
}

/** Whether two records say the same of the same certificate. */
export function isSameCertificate(a: CertificationRecord, b: CertificationRecord): boolean {
  const fields = [
    'scheme',
    'type',
    'grade',
    'number',
    'appliedOn',
    'validFrom',
    'validTo',
  ] as const;
  return fields.every((field) => a[field] === b[field]);
}

async function changeCertification(
  context: Context,
  { companyId, revision, certificationId }: CompanyAt & { certificationId: string },
  change: (certification: CertificationRecord) => CertificationRecord,
): Promise<CertificationOutcome> {
  const company = await readAt(context, { id: companyId, revision }, 'companyId');
  const found = company.certifications.find(({ _id }) => _id === certificationId);
  if (!found)
    throw refusal('NOT_FOUND', 'The company has no such certificate.', ['certificationId']);
  if (found.withdrawnAt !== null) throw wrongState('It was withdrawn.');
  const certification = change(found);
  const certifications = company.certifications.map((each) =>
    each === found ? certification : each,
  );
  return { company: await changeCompany(context, company, { certifications }), certification };
}

/** What is wrong with a field of a certificate. */
interface Fault {
  field: keyof CertificateDraft;
  message: string;
  detail: ProblemDetail;
}

function csapFaults({ scheme, type, grade }: CertificateDraft): Fault[] {
  if (scheme !== 'CSAP') return [];
  const types = csap.types.join(', ');
  const grades = csap.grades.join(', ');
  return [
    ...(type != null && csap.types.includes(type)
      ? []
      : [
          {
            field: 'type' as const,
            message: `A CSAP certificate is of type ${types}.`,
            detail: { rule: 'CSAP_TYPE', limit: types, found: type ?? '' },
          },
        ]),
    ...(grade == null || csap.grades.includes(grade)
      ? []
      : [
          {
            field: 'grade' as const,
            message: `A CSAP certificate has grade ${grades}.`,
            detail: { rule: 'CSAP_GRADE', limit: grades, found: grade },
          },
        ]),
  ];
}

function numberFaults({ number }: CertificateDraft): Fault[] {
  const { length } = tidy(number ?? '');
  if (length <= longestNumber) return [];
  return [
    {
      field: 'number',
      message: `A number has at most ${longestNumber} characters.`,
      detail: { rule: 'LENGTH', limit: String(longestNumber), found: String(length) },
    },
  ];
}

function dayFaults({ validFrom, validTo, appliedOn }: CertificateDraft): Fault[] {
  return [
    ...(validTo != null && validTo < validFrom
      ? [
          {
            field: 'validTo' as const,
            message: 'A certificate does not end before it begins.',
            detail: { rule: 'VALID_TO', limit: validFrom, found: validTo },
          },
        ]
      : []),
    ...(appliedOn != null && appliedOn > validFrom
      ? [
          {
            field: 'appliedOn' as const,
            message: 'A certificate is applied for before it is valid.',
            detail: { rule: 'APPLIED_ON', limit: validFrom, found: appliedOn },
          },
        ]
      : []),
  ];
}

function placeProblems(held: CertificationRecord[], next: CertificationRecord): Problem[] {
  if (held.length >= mostCertificates)
    return [
      problem('LIMIT_REACHED', `At most ${mostCertificates} certificates.`, ['companyId'], {
        rule: 'CERTIFICATES',
        limit: String(mostCertificates),
        found: String(held.length),
      }),
    ];
  return held.some((each) => each.withdrawnAt === null && isSameCertificate(each, next))
    ? [
        problem('TAKEN', 'The company has this certificate.', ['certificate'], {
          rule: 'CERTIFICATE_ONCE',
          limit: '1',
          found: '2',
        }),
      ]
    : [];
}

function wrongState(message: string) {
  return refusal('WRONG_STATE', message, ['certificationId']);
}

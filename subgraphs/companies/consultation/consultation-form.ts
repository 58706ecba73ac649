/** What a consultation and its messages must be like: pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import type { CompanyRecord } from '../company/company.model.ts';

/** Longest subject and message, in characters. */
const longestSubject = 200;
const longestText = 10_000;

/** A message as it is kept: NFC, line breaks stay, what nobody sees goes. */
export function messageText(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/\r\n?/gu, '\n')
    .replaceAll(/[^\P{Cc}\n\t]|[\u200B\u2060\uFEFF\u202A-\u202E\u2066-\u2069]/gu, '')
    .trim();
}

/** What is wrong with a subject. */
export function subjectProblems(subject: string): Problem[] {
  return lengthProblems(subject, longestSubject, 'subject');
}

/** What is wrong with a message: it says something, or brings a file. */
export function textProblems(text: string, files: number): Problem[] {
  return text === '' && files > 0 ? [] : lengthProblems(text, longestText, 'text');
}

function lengthProblems(text: string, longest: number, field: string): Problem[] {
  const { length } = Array.from(text);
  if (length >= 1 && length <= longest) return [];
  const message = `A ${field} has 1 to ${longest.toLocaleString('en')} characters.`;
  const detail = { rule: 'LENGTH', limit: String(longest), found: String(length) };
  return [problem('INVALID', message, [field], detail)];
}

/** What keeps a firm from writing and being written to: it must take part now. */
export function standingProblems(
  { status }: Pick<CompanyRecord, 'status'>,
  path: string[],
): Problem[] {
  if (status === 'APPROVED') return [];
  const detail = { rule: 'COMPANY_STATUS', limit: 'APPROVED', found: status };
  return [problem('WRONG_STATE', `This company is ${status}.`, path, detail)];
}

/** What keeps a firm from beginning something new: besides, that it is restricted now. */
export function beginningProblems(
  company: Pick<CompanyRecord, 'status' | 'restrictedUntil'>,
  path: string[],
  now: Date,
): Problem[] {
  const { restrictedUntil: until } = company;
  if (until === null || until.getTime() <= now.getTime()) return standingProblems(company, path);
  const detail = { rule: 'RESTRICTED', found: until.toISOString() };
  return [
    ...standingProblems(company, path),
    problem('WRONG_STATE', 'This company is kept from taking part for now.', path, detail),
  ];
}

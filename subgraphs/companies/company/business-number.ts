/** Weights of digits 1 to 9; the 9th digit's product counts with its tens digit once more. */
const weights = [1, 3, 7, 1, 3, 7, 1, 3, 5];

/** A business registration number as it is kept: ten digits without hyphens or spaces; null when it is not ten. */
export function businessNumberOf(text: string): string | null {
  const digits = text.normalize('NFKC').replaceAll(/[\s\p{Pd}]/gu, '');
  return /^\d{10}$/.test(digits) ? digits : null;
}

/**
 * Whether the last of ten digits is the check digit of the first nine.
 *
 * @param number ten digits
 * @see 사업자등록번호 검증: weights 1 3 7 1 3 7 1 3 5, plus the tens of digit 9 times 5, to the next multiple of ten
 */
export function hasCheckDigit(number: string): boolean {
  const digits = Array.from(number, Number);
  const sum = weights.reduce((total, weight, index) => total + weight * (digits[index] ?? 0), 0);
  const tens = Math.floor(((digits[8] ?? 0) * 5) / 10);
  return (10 - ((sum + tens) % 10)) % 10 === digits[9];
}

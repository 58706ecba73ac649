/**
 * Text of a file as it may be shown on a terminal: what would move the cursor, colour the screen or turn the direction
 * of writing is shown as a question mark in a box.
 */
export function plainText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
}

/** The text as an http or https address of at most 500 characters, as it was written; null when it is none. */
export function webAddress(text: string | null): string | null {
  if (text === null || text.length > 500 || !/^https?:\/\//i.test(text)) return null;
  return URL.canParse(text) ? text : null;
}

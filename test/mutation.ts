/** A mutation by its name, as a text: every one takes a single `input`. */

/** The type of a mutation's input. */
export function inputTypeOf(mutation: string): string {
  return `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
}

/**
 * Asks for a mutation with its input as the variable `input`.
 *
 * @param fields what is wanted of the payload
 * @param alias what to call the answer, where that is not the mutation's name
 */
export function mutationText(mutation: string, fields: string, alias?: string): string {
  const name = alias === undefined ? mutation : `${alias}: ${mutation}`;
  return `mutation ($input: ${inputTypeOf(mutation)}!) { ${name}(input: $input) { ${fields} } }`;
}

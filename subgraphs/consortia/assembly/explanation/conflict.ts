// A smallest set of rules that cannot hold together, found by halving (QuickXplain, Junker 2004).

/**
 * Of `rules`, which together are in conflict, a set of which every one is needed for the conflict.
 *
 * @param rules those that come first are kept rather than those that come last
 * @param isConflict whether some of them cannot hold together
 */
export function smallestConflict<Rule>(
  rules: readonly Rule[],
  isConflict: (rules: readonly Rule[]) => boolean,
): Rule[] {
  if (rules.length === 0) return [];
  return narrow([], false, rules, isConflict);
}

function narrow<Rule>(
  given: readonly Rule[],
  isNew: boolean,
  rules: readonly Rule[],
  isConflict: (rules: readonly Rule[]) => boolean,
): Rule[] {
  if (isNew && isConflict(given)) return [];
  if (rules.length === 1) return [...rules];
  const half = rules.length >> 1;
  const first = rules.slice(0, half);
  const second = rules.slice(half);
  const fromSecond = narrow([...given, ...first], true, second, isConflict);
  const fromFirst = narrow([...given, ...fromSecond], fromSecond.length > 0, first, isConflict);
  return [...fromFirst, ...fromSecond];
}

/** Pieces of pages. What somebody wrote is only ever text, never markup. */

/** An element with a text and attributes. */
export function part(name, text = '', attributes = {}) {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/**
 * A form that asks and shows what came of it.
 *
 * @param fields `[name, label, attributes]` of each input
 * @param send gets the inputs by name; a fault that it throws is shown, and the form can be sent again
 */
export function form(fields, button, send) {
  const element = part('form', '', { class: 'desk' });
  const state = part('p', '', { role: 'status' });
  const submit = part('button', button, { class: 'button strong', type: 'submit' });
  const labels = fields.map(([name, label, attributes]) => {
    const row = part('label', label);
    row.append(part('input', '', { name, required: '', ...attributes }));
    return row;
  });
  element.append(...labels, submit, state);
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    submit.disabled = true;
    state.textContent = '…';
    send(Object.fromEntries(new FormData(element)))
      .then(
        () => (state.textContent = ''),
        (fault) => (state.textContent = fault.message),
      )
      .finally(() => (submit.disabled = false));
  });
  return element;
}

/** What a mutation gave. @throws {Error} with the first problem, and its `rule` */
export function outcome({ data, errors = [] }) {
  const result = Object.values(data ?? {})[0];
  const [problem] = [...(result?.problems ?? []), ...errors];
  if (!problem && result) return result;
  throw Object.assign(new Error(problem?.message ?? 'The graph did not answer.'), {
    rule: problem?.rule,
  });
}

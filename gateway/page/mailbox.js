/** The mailbox: mails of one address, the last first. What a mail says is only ever text, never markup. */
import { ask } from './graph.js';

const query = `query ($to: String!) {
  mailbox(to: $to, first: 50) { totalCount edges { node { subject text sentAt } } }
}`;

const state = document.querySelector('#state');
const list = document.querySelector('#mails');

function part(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function item({ subject, text, sentAt }) {
  const mail = document.createElement('li');
  mail.append(part('h2', subject), part('p', new Date(sentAt).toLocaleString()), part('pre', text));
  return mail;
}

async function show(to) {
  state.textContent = '…';
  list.replaceChildren();
  const { data, errors } = await ask(query, { to });
  if (errors || !data) {
    state.textContent = errors?.[0]?.message ?? 'The graph did not answer.';
    return;
  }
  const { totalCount, edges } = data.mailbox;
  state.textContent = totalCount === 0 ? 'No mail.' : `${totalCount} in all`;
  list.replaceChildren(...edges.map(({ node }) => item(node)));
}

document.querySelector('#whose').addEventListener('submit', (event) => {
  event.preventDefault();
  show(event.target.elements.to.value).catch((error) => {
    state.textContent = error.message;
  });
});

/** What links in mails and in files open: each comes as `/#/what?token=…`, which no server and no log ever sees. */
import { companyPage } from './company.js';
import { ask, session } from './graph.js';
import { form, outcome, part } from './parts.js';
import { renew, signInForms } from './sign-in.js';

const problems = 'problems { message rule }';
const either = (text) => text?.en ?? text?.ko ?? '';

const pages = {
  '/verify-email': ['Confirm your e-mail', verifyEmail],
  '/reset-password': ['Set a new password', resetPassword],
  '/invitations': ['Invitations', signedIn(invitations)],
  '/cases': ['Cases that concern your companies', signedIn(cases)],
  '/sign-in': ['Sign in', signedIn(async () => [part('p', 'You are signed in.')])],
};

/** The page of an address; none where it asks for nothing that is here. */
function pageAt(path) {
  const [, id] = /^\/companies\/([\w-]{1,64})$/.exec(path) ?? [];
  return id ? ['Company', () => companyPage(id)] : pages[path];
}

function verifyEmail(place, token) {
  const query = `mutation VerifyEmail($input: VerifyEmailInput!) { verifyEmail(input: $input) { ${problems} } }`;
  const confirm = async () => {
    outcome(await ask(query, { input: { token } }, {}));
    place.replaceChildren(part('p', 'Your e-mail is confirmed.', { role: 'status' }));
  };
  // A button, so that a program which looks at links in mails does not use the token up.
  return [form([], 'Confirm', confirm)];
}

function resetPassword(place, token) {
  const query = `mutation ResetPassword($input: ResetPasswordInput!) { resetPassword(input: $input) { ${problems} } }`;
  const kind = {
    type: 'password',
    autocomplete: 'new-password',
    minlength: '12',
    maxlength: '128',
  };
  const fields = [
    ['newPassword', 'New password, 12 characters or more', kind],
    ['again', 'The same again', kind],
  ];
  const set = async ({ newPassword, again }) => {
    if (newPassword !== again) throw new Error('The two are not the same.');
    outcome(await ask(query, { input: { token, newPassword } }, {}));
    place.replaceChildren(
      part('p', 'Your password is set, and every earlier session has ended.', { role: 'status' }),
      part('a', 'Sign in', { class: 'button', href: '#/sign-in' }),
    );
  };
  return [form(fields, 'Set the password', set)];
}

/** A page for who is signed in; to others, the ways to sign in first. */
function signedIn(page) {
  return async (place) => {
    const show = async () => {
      dispatchEvent(new Event('signed'));
      place.replaceChildren(...(await page(place)));
    };
    return session() ? page(place) : signInForms(show);
  };
}

const invitationsQuery = `query Invitations { me { memberships { id revision role state company { name { en ko } } } } }`;
const acceptQuery = `mutation Accept($input: AcceptMembershipInput!) { acceptMembership(input: $input) { ${problems} } }`;
const declineQuery = `mutation Decline($input: RemoveMemberInput!) { removeMember(input: $input) { ${problems} } }`;

async function invitations(place) {
  const { memberships } = outcome(await ask(invitationsQuery));
  const open = (memberships ?? []).filter(({ state }) => state === 'INVITED');
  if (open.length === 0) return [part('p', 'No invitation is open for this account.')];
  const again = async () => place.replaceChildren(...(await invitations(place)));
  return open.map(({ id, revision, role, company }) => {
    const input = { id, revision };
    const item = part('div', '', { class: 'card' });
    const accept = async () => {
      outcome(await ask(acceptQuery, { input }));
      await renew();
      await again();
    };
    const decline = async () => {
      outcome(await ask(declineQuery, { input }));
      await again();
    };
    item.append(
      part('h3', either(company.name)),
      part('p', role, { class: 'role' }),
      form([], 'Accept', accept),
      form([], 'Decline', decline),
    );
    return item;
  });
}

const ownedQuery = `query Owned { me { memberships { role state company { id name { en ko } } } } }`;
const casesQuery = `query CasesAgainst($companyId: ID!) { casesAgainst(companyId: $companyId) { edges { node { id title state } } } }`;

async function cases() {
  const { memberships } = outcome(await ask(ownedQuery));
  const owned = (memberships ?? []).filter(
    ({ role, state }) => role === 'OWNER' && state === 'ACTIVE',
  );
  const lists = await Promise.all(
    owned.map(async ({ company }) => {
      const { edges } = outcome(await ask(casesQuery, { companyId: company.id }));
      const list = part('ul');
      list.append(...edges.map(({ node }) => part('li', `${node.title} · ${node.state}`)));
      return edges.length === 0 ? [] : [part('h3', either(company.name)), list];
    }),
  );
  const shown = lists.flat();
  return shown.length === 0 ? [part('p', 'No case concerns a company that you own.')] : shown;
}

/** Shows what the address asks for in a section of the page, or hides the section. */
async function showLetter(section) {
  const [path, search = ''] = location.hash.slice(1).split('?');
  const page = pageAt(path);
  section.hidden = !page;
  if (!page) return;
  const [title, make] = page;
  const token = new URLSearchParams(search).get('token') ?? '';
  // A token need not stay in the address and the history.
  if (token) history.replaceState(null, '', `#${path}`);
  const place = section.querySelector('div');
  section.querySelector('h2').textContent = title;
  place.replaceChildren();
  try {
    place.replaceChildren(...(await make(place, token)));
  } catch (fault) {
    place.replaceChildren(part('p', fault.message, { role: 'alert' }));
  }
  section.scrollIntoView();
}

/** Watches the address for links of mails. */
export function watchLetters(section) {
  addEventListener('hashchange', () => void showLetter(section));
  return showLetter(section);
}

/** Signing in with a password or at the organisation's own provider, which sends the browser back here. */
import { ask, keepSession, session } from './graph.js';
import { form, outcome, part } from './parts.js';

const ticketKey = 'oca-ticket';
const pass = 'accessToken refreshToken expiresAt problems { message rule }';
const signIn = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${pass} } }`;
const refresh = `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { ${pass} } }`;
const start = `mutation Start { startExternalSignIn(input: {}) { authorizationUrl ticket problems { message rule } } }`;
const finish = `mutation Finish($input: FinishExternalSignInInput!) { finishExternalSignIn(input: $input) { ${pass} } }`;

const codeField = (attributes) => [
  'code',
  'Code of your authenticator app',
  { inputmode: 'numeric', autocomplete: 'one-time-code', ...attributes },
];

/** Keeps what signing in gave for this tab, with whose it is. */
async function enter({ accessToken, refreshToken, expiresAt }) {
  const { data } = await ask(
    '{ me { name email } }',
    {},
    { authorization: `Bearer ${accessToken}` },
  );
  const { name = 'you', email = '' } = data?.me ?? {};
  keepSession({ accessToken, refreshToken, expiresAt, name, email, role: email });
}

/** Forms to sign in by; `then` is called once somebody is signed in. */
export async function signInForms(then) {
  const own = form(
    [
      ['email', 'E-mail', { type: 'email', autocomplete: 'username' }],
      ['password', 'Password', { type: 'password', autocomplete: 'current-password' }],
    ],
    'Sign in',
    async ({ email, password, code }) => {
      const input = { email, password, ...(code && { code }) };
      try {
        await enter(outcome(await ask(signIn, { input }, {})));
      } catch (fault) {
        if (fault.rule === 'SECOND_FACTOR' && !own.elements.code) {
          const [name, label, attributes] = codeField();
          const row = part('label', label);
          row.append(part('input', '', { name, ...attributes }));
          own.querySelector('button').before(row);
        }
        throw fault;
      }
      await then();
    },
  );
  const { data } = await ask('{ externalProvider { name } }', {}, {});
  const provider = data?.externalProvider;
  return provider ? [own, form([], `Sign in at ${provider.name}`, leave)] : [own];
}

/** Goes to the provider; the ticket stays in this tab. */
async function leave() {
  const { authorizationUrl, ticket } = outcome(await ask(start, {}, {}));
  if (!/^https?:$/.test(new URL(authorizationUrl).protocol)) throw new Error('No such provider.');
  sessionStorage.setItem(ticketKey, ticket);
  location.assign(authorizationUrl);
}

/** New tokens, with the companies and roles of now. */
export async function renew() {
  const { refreshToken, ...known } = session();
  const input = { refreshToken };
  const { problems: _, ...tokens } = outcome(await ask(refresh, { input }, {}));
  keepSession({ ...known, ...tokens });
}

/** Back from the provider: the address and the ticket become a session, with a code where one is asked for. */
export async function comeBack(place) {
  const callbackUrl = location.href;
  const ticket = sessionStorage.getItem(ticketKey);
  // What the provider said is good once; it need not stay in the address and the history.
  history.replaceState(null, '', location.pathname);
  const again = () =>
    place.append(part('a', 'Begin again', { class: 'button', href: '/#/sign-in' }));
  if (!ticket) {
    place.replaceChildren(part('p', 'This sign-in was not begun in this tab.'));
    again();
    return;
  }
  const end = async (code) => {
    const input = { callbackUrl, ticket, ...(code && { code }) };
    await enter(outcome(await ask(finish, { input }, {})));
    sessionStorage.removeItem(ticketKey);
    location.replace('/');
  };
  await end().catch((fault) => {
    if (fault.rule === 'SECOND_FACTOR') {
      place.replaceChildren(form([codeField()], 'Sign in', ({ code }) => end(code)));
      return;
    }
    place.replaceChildren(part('p', fault.message, { role: 'alert' }));
    again();
  });
}

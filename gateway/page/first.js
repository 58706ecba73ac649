/** The first page: figures of the graph, sign-in as an account, the live feed. */
import { ask, follow, keepSession, session } from './graph.js';
import { watchLetters } from './letters.js';

const element = (id) => document.getElementById(id);
const shown = new Intl.NumberFormat('en');
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** People of the platform, for where no accounts are offered. */
const people = [
  ['Consortium lead', 'State what a project needs, assemble partners, settle roles and shares.'],
  [
    'Company editor',
    'Keep the firm’s profile and capability map, answer invitations, list services.',
  ],
  ['Subscriber', 'Follow tech-meetups by sector, technology and region.'],
  ['Secretariat', 'Run programmes, calls and reviews; keep the technology map.'],
].map(([role, tries]) => ({ name: '', role, tries: [tries] }));

async function showFigures() {
  const figures = {
    companies: '{ companies(first: 1) { totalCount } }',
    technologies: '{ technologies(first: 1) { totalCount } }',
    capabilities: '{ capabilities(first: 1) { totalCount } }',
    events: '{ events(first: 1) { totalCount } }',
    services: '{ services(first: 1) { totalCount } }',
    calls: '{ calls(first: 1) { totalCount } }',
  };
  await Promise.all(
    Object.entries(figures).map(async ([name, query]) => {
      const { data } = await ask(query, {}, {}).catch(() => ({}));
      const count = data?.[name]?.totalCount;
      if (count !== undefined)
        document.querySelector(`[data-figure="${name}"]`).textContent = shown.format(count);
    }),
  );
}

async function showAccounts() {
  const accounts = await fetch('/page/accounts.json')
    .then((response) => response.json())
    .catch(() => []);
  const cards = (accounts.length > 0 ? accounts : people).map((account) => {
    const card = element('account').content.cloneNode(true).firstElementChild;
    card.querySelector('h3').textContent = account.name || account.role;
    card.querySelector('.role').textContent = account.name ? account.role : '';
    card
      .querySelector('ul')
      .append(
        ...account.tries.map((sentence) =>
          Object.assign(document.createElement('li'), { textContent: sentence }),
        ),
      );
    const button = card.querySelector('button');
    if (!account.email) button.remove();
    else {
      card.dataset.email = account.email;
      button.textContent = 'Sign in';
      button.setAttribute('aria-label', `Sign in as ${account.name}`);
      button.addEventListener('click', () => signIn(account, button));
    }
    return card;
  });
  element('accounts').replaceChildren(...cards);
  showSigned();
}

const signInMutation = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { accessToken refreshToken expiresAt problems { message } }
}`;

async function signIn({ email, password, name, role }, button) {
  button.disabled = true;
  const answer = await ask(signInMutation, { input: { email, password } }, {}).catch(() => ({}));
  button.disabled = false;
  const { accessToken, refreshToken, expiresAt } = answer.data?.signIn ?? {};
  if (accessToken) keepSession({ accessToken, refreshToken, expiresAt, email, name, role });
  showSigned(accessToken ? null : faultOf(answer));
}

function faultOf({ data, errors = [] }) {
  const [first] = [...(data?.signIn?.problems ?? []), ...errors];
  return first?.message ?? 'Signing in failed.';
}

function showSigned(fault = null) {
  const place = element('signed');
  const now = session();
  place.hidden = !now && !fault;
  place.toggleAttribute('data-fault', Boolean(fault));
  for (const card of document.querySelectorAll('.card'))
    card.toggleAttribute('data-signed', Boolean(now) && card.dataset.email === now.email);
  if (fault) {
    place.textContent = fault;
    return;
  }
  if (!now) return;
  const until = moment.format(new Date(now.expiresAt));
  const open = Object.assign(document.createElement('a'), {
    className: 'button',
    href: '/graphiql',
    textContent: 'Ask the graph as this person',
  });
  const leave = Object.assign(document.createElement('button'), {
    className: 'button',
    type: 'button',
    textContent: 'Sign out',
  });
  leave.addEventListener('click', () => {
    void ask(
      'mutation SignOut($input: SignOutInput!) { signOut(input: $input) { problems { message } } }',
      { input: { refreshToken: now.refreshToken } },
    );
    keepSession(null);
    showSigned();
  });
  place.replaceChildren(
    `Signed in as ${now.name} (${now.role}), in this tab, until ${until}.`,
    open,
    leave,
  );
}

const newsFields = `cursor kind at event { id title { en ko } startsAt region venue host { name { en ko } } }`;

const words = { ANNOUNCED: 'Announced', CHANGED: 'Changed', CANCELLED: 'Cancelled' };
const seen = new Set();
let last = null;

const either = (text) => text?.en ?? text?.ko ?? '';

function line({ kind, at, event }, isNew) {
  const item = document.createElement('li');
  item.dataset.kind = kind;
  if (isNew) item.dataset.new = '';
  const what = Object.assign(document.createElement('b'), { textContent: words[kind] ?? kind });
  const title = Object.assign(document.createElement('span'), { textContent: either(event.title) });
  const when = Object.assign(document.createElement('time'), {
    dateTime: at,
    textContent: moment.format(new Date(at)),
  });
  const where = Object.assign(document.createElement('span'), {
    className: 'where',
    textContent: [
      moment.format(new Date(event.startsAt)),
      event.venue ?? event.region ?? 'online',
      either(event.host?.name),
    ]
      .filter(Boolean)
      .join(' · '),
  });
  item.append(what, title, when, where);
  return item;
}

function show(news, isNew) {
  if (seen.has(news.cursor)) return;
  seen.add(news.cursor);
  const list = element('feed');
  list.prepend(line(news, isNew));
  while (list.children.length > 8) list.lastElementChild.remove();
  element('quiet').hidden = true;
}

async function showFeed() {
  const { data } = await ask(
    `{ recentNews(first: 5) { edges { node { ${newsFields} } } } }`,
    {},
    {},
  ).catch(() => ({}));
  const known = (data?.recentNews?.edges ?? []).map(({ node }) => node);
  for (const news of known.toReversed()) show(news, false);
  last = known[0]?.cursor ?? null;
  follow(
    `subscription News($after: String) { eventAnnounced(after: $after) { ${newsFields} } }`,
    () => ({ after: last }),
    {
      next: ({ data: event }) => {
        const news = event?.eventAnnounced;
        if (!news) return;
        last = news.cursor;
        show(news, true);
      },
      state: pulse,
      over: () => pulse('lost'),
    },
    () => ({}),
  );
}

function pulse(state) {
  element('pulse').dataset.state = state;
  element('pulse').textContent = { live: 'live', lost: 'reconnecting' }[state] ?? state;
}

void showFigures();
void showAccounts();
void showFeed();
void watchLetters(element('desk'));
addEventListener('signed', () => showSigned());

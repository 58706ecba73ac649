/** Links in mails and the way back from a provider: over HTTP, and in a browser where there is one. */
import { setTimeout as pause } from 'node:timers/promises';

import { processEnvironment } from '../../infra/config.ts';
import type { Platform } from '../../infra/platform.ts';
import { browserPath, startBrowser, type Browser } from '../browser.ts';
import { answerOf, startTestPlatform } from '../platform.ts';
import { freePort } from '../ports.ts';
import { startProvider, type TestProvider } from './provider.ts';
import { someone, user } from '../service.ts';
import { mutationText } from '../mutation.ts';

let platform: Platform;
let provider: TestProvider;
let url: string;
beforeAll(async () => {
  url = `http://127.0.0.1:${await freePort()}`;
  const people = { jiwoo: { name: 'Jiwoo', email: 'jiwoo@example.org', email_verified: true } };
  provider = await startProvider(people, `${url}/sign-in/callback`);
  platform = await startTestPlatform({
    PORT: new URL(url).port,
    PUBLIC_URL: url,
    MAILBOX_OPEN: 'true',
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
    OIDC_NAME: 'Staff',
  });
  await platform.listen();
});
afterAll(async () => {
  await platform.stop();
  await provider.stop();
});

const [password, next] = ['correct horse battery', 'another horse battery'];
const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });
const operator = user('operator', { roles: ['OPERATOR'] });

interface Outcome {
  user?: { id: string };
  company?: { id: string; revision: number };
  authorizationUrl?: string;
  ticket?: string;
  accessToken?: string;
  emailVerified?: boolean;
  problems: { code: string }[];
}

const run = (query: string, input: object, viewer = someone) =>
  answerOf<Outcome>(platform, viewer, query, { input });

const mutation = (name: string, fields = '') => mutationText(name, `${fields} problems { code }`);

/** An account whose mails are still to come, with an invitation to a firm of somebody else. */
async function invited(email: string): Promise<void> {
  await run(mutation('signUp'), { name: 'Ada', email, password });
  const owner = { name: 'Owner', email: `owner-${email}`, password };
  const { user: made } = await run(mutation('provisionUser', 'user { id }'), owner, operator);
  const firm = await run(
    mutation('registerCompany', 'company { id revision }'),
    { name: { en: `Firm of ${email}` }, kinds: ['SAAS'], size: 'SME', region: 'US' },
    user(made?.id ?? ''),
  );
  const { id, revision } = firm.company ?? { id: '', revision: 0 };
  await run(mutation('reviewCompany'), { id, revision, decision: 'APPROVE' }, secretariat);
  const guest = `guest-${email}`;
  await run(mutation('inviteMember'), { companyId: id, email: guest, role: 'EDITOR' }, secretariat);
  await run(mutation('signUp'), { name: 'Guest', email: guest, password });
}

/** The newest link of a kind that was mailed to somebody. */
async function mailed(email: string, path: string): Promise<string> {
  const query = `query ($to: String!) { mailbox(to: $to) { edges { node { text } } } }`;
  for (;;) {
    const { data } = await platform.execute({ query, variables: { to: email } }, someone);
    const { edges } = Object.values(data ?? {})[0] as { edges: { node: { text: string } }[] };
    const links = edges.flatMap(({ node }) => node.text.match(/https?:\S+/g) ?? []);
    const link = links.find((each) => each.startsWith(`${url}/#${path}`));
    if (link) return link;
    await pause(100);
  }
}

describe('over HTTP', () => {
  it('lead to a page that is there, with a token that is good once', async () => {
    await invited('http@example.org');
    const verify = await mailed('http@example.org', '/verify-email');
    const page = await fetch(verify);
    expect(page.status).toBe(200);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const token = new URLSearchParams(verify.split('?')[1]).get('token');
    expect(await run(mutation('verifyEmail'), { token })).toEqual({ problems: [] });
    expect(await run(mutation('verifyEmail'), { token })).toEqual({
      problems: [{ code: 'EXPIRED' }],
    });
    await run(mutation('requestPasswordReset'), { email: 'http@example.org' });
    const reset = await mailed('http@example.org', '/reset-password');
    const key = new URLSearchParams(reset.split('?')[1]).get('token');
    const set = { token: key, newPassword: next };
    expect(await run(mutation('resetPassword'), set)).toEqual({ problems: [] });
    expect(await run(mutation('resetPassword'), set)).toEqual({ problems: [{ code: 'EXPIRED' }] });
    expect(await mailed('guest-http@example.org', '/invitations')).toBe(`${url}/#/invitations`);
  });

  it('lead to the page of a company, whose operation is a known one', async () => {
    const script = await fetch(`${url}/page/company.js`);
    expect(script.status).toBe(200);
    const examples = (await (await fetch(`${url}/page/examples.json`)).json()) as { query: string }[]; // prettier-ignore
    const profiles = examples.filter(({ query }) => query.startsWith('query CompanyProfile('));
    expect(profiles).toHaveLength(1);
    const query = profiles[0]?.query ?? '';
    expect(await platform.execute({ query, variables: { id: 'nobody' } }, someone)).toEqual({
      data: { company: null },
    });
  });

  it('lead back from the provider to the gateway’s own page', async () => {
    const { authorizationUrl, ticket } = await run(
      mutation('startExternalSignIn', 'authorizationUrl ticket'),
      {},
    );
    const callbackUrl = await provider.signIn(authorizationUrl ?? '', 'jiwoo');
    expect(callbackUrl.startsWith(`${url}/sign-in/callback?`)).toBe(true);
    const page = await fetch(callbackUrl);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await page.text()).toContain('/page/callback.js');
    const entered = await run(mutation('finishExternalSignIn', 'accessToken'), {
      callbackUrl,
      ticket,
    });
    expect(entered.accessToken).toBeTruthy();
  });
});

const path = browserPath(processEnvironment['PATH'] ?? '');
if (path === null) process.stdout.write('No Chromium here: links of mails are not opened in it.\n');

(path === null ? describe.skip : describe)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(path ?? '');
  });
  afterAll(() => browser.stop());

  const shows = (text: string) =>
    browser.until(`document.body.innerText.includes(${JSON.stringify(text)})`);
  const press = (name: string) =>
    browser.until(
      `(() => { const found = [...document.querySelectorAll('#desk button, #state button')].find((each) => each.textContent === ${JSON.stringify(name)}); found?.click(); return Boolean(found); })()`,
    );
  const fill = (name: string, value: string) =>
    browser.until(
      `(() => { const found = document.querySelector('[name="${name}"]'); if (found) found.value = ${JSON.stringify(value)}; return Boolean(found); })()`,
    );

  it('confirm an e-mail, set a password, sign in and accept an invitation', async () => {
    await invited('browser@example.org');
    const guest = 'guest-browser@example.org';
    await browser.open(await mailed(guest, '/verify-email'));
    await press('Confirm');
    await shows('Your e-mail is confirmed.');
    expect(await browser.until('location.href')).toBe(`${url}/#/verify-email`);
    await run(mutation('requestPasswordReset'), { email: guest });
    await browser.open(await mailed(guest, '/reset-password'));
    await fill('newPassword', next);
    await fill('again', 'not the same at all');
    await press('Set the password');
    await shows('The two are not the same.');
    await fill('again', next);
    await press('Set the password');
    await shows('Your password is set');
    await browser.open(await mailed(guest, '/invitations'));
    await fill('email', guest);
    await fill('password', next);
    await press('Sign in');
    await shows('Firm of browser@example.org');
    await press('Accept');
    await shows('No invitation is open');
    const mine = `fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer ' + JSON.parse(sessionStorage.getItem('oca-session')).accessToken }, body: JSON.stringify({ query: '{ me { memberships { state role } } }' }) }).then((answer) => answer.json())`;
    expect(await browser.until(mine)).toEqual({
      data: { me: { memberships: [{ state: 'ACTIVE', role: 'EDITOR' }] } },
    });
  });

  it('sign in at the provider, whose answer does not stay in the address', async () => {
    await browser.open(url);
    await browser.until(`location.href.startsWith('${url}') && (sessionStorage.clear(), true)`);
    await browser.open(`${url}/#/sign-in`);
    await press('Sign in at Staff');
    await fill('login', 'jiwoo');
    await fill('password', 'any');
    await browser.until(`(document.forms[0].submit(), true)`);
    await shows('Signed in as Jiwoo');
    expect(await browser.until('location.href')).toBe(`${url}/`);
    await browser.open(`${url}/sign-in/callback?code=stolen&state=stolen`);
    await shows('not begun in this tab');
    expect(await browser.until('location.href')).toBe(`${url}/sign-in/callback`);
  });

  it('show the public profile of a company, as text, and nothing of one that is not public', async () => {
    const { user: made } = await run(
      mutation('provisionUser', 'user { id }'),
      { name: 'Owner', email: 'profile@example.org', password },
      operator,
    );
    const { company } = await run(
      mutation('registerCompany', 'company { id revision }'),
      {
        name: { en: 'Shown <b>Firm</b>', ko: '보이는 회사' },
        kinds: ['SAAS'],
        size: 'SME',
        region: 'US',
        website: 'https://shown.example/',
      },
      user(made?.id ?? ''),
    );
    const { id, revision } = company ?? { id: '', revision: 0 };
    await browser.open(`${url}/#/companies/${id}`);
    await shows('There is no such company, or it is not public.');
    await run(mutation('reviewCompany'), { id, revision, decision: 'APPROVE' }, secretariat);
    await browser.open('about:blank');
    await browser.open(`${url}/#/companies/${id}`);
    await shows('보이는 회사 · Shown <b>Firm</b>');
    await shows('small or medium-sized');
    expect(await browser.until(`document.querySelector('#desk a').href`)).toBe(
      'https://shown.example/',
    );
  });

  it('load nothing from elsewhere and break no policy', () => {
    const own = new URL(url).host;
    expect([...(browser.asked.get(own) ?? [])]).toEqual([own]);
    expect(browser.complaints.filter((line) => /policy/i.test(line))).toEqual([]);
  });
});

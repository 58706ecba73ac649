/** A headless Chromium where the machine has one, driven over its own protocol. */
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** A page in the browser. */
export interface BrowserPage {
  open(url: string): Promise<void>;
  /** Runs an expression in the page, waiting for a promise; again until it is neither null nor false. */
  until(expression: string): Promise<unknown>;
}

/** A running browser with one page. */
export interface Browser extends BrowserPage {
  /** Hosts that pages of a host asked for anything, by that host. */
  asked: ReadonlyMap<string, ReadonlySet<string>>;
  /** What the page's console and policies complained of. */
  complaints: readonly string[];
  stop(): Promise<void>;
}

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where a browser is on this machine; null where there is none. */
export function browserPath(path: string): string | null {
  const places = path.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return places.find(isExecutable) ?? null;
}

/** Starts the browser, which reaches nothing but this machine. */
export async function startBrowser(path: string): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'oca-browser-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0'];
  const offline = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1';
  const child = spawn(path, [...flags, offline, `--user-data-dir=${folder}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const line = await openPage(await addressOf(child));
  return {
    ...line,
    stop: async () => {
      const over = once(child, 'exit');
      child.kill();
      await over;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function addressOf(child: ChildProcess): Promise<URL> {
  if (!child.stderr) throw new Error('The browser says nothing.');
  for await (const line of createInterface(child.stderr)) {
    const [, address] = /listening on (ws:\S+)/.exec(line) ?? [];
    if (address) return new URL(address);
  }
  throw new Error('The browser did not start.');
}

/** The host of an address; empty for what the browser asks itself. */
function hostOf(address = ''): string {
  return URL.canParse(address) ? new URL(address).host : '';
}

interface Message {
  id?: number;
  method?: string;
  params?: {
    request?: { url: string };
    documentURL?: string;
    entry?: { text: string; url?: string };
  };
  result?: { result?: { value?: unknown }; exceptionDetails?: { text: string } };
}

async function openPage(address: URL): Promise<Omit<Browser, 'stop'>> {
  const list = await fetch(`http://${address.host}/json/list`);
  const pages = (await list.json()) as { type: string; webSocketDebuggerUrl: string }[];
  const url = pages.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '';
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const waiting = new Map<number, (message: Message) => void>();
  const asked = new Map<string, Set<string>>();
  const complaints: string[] = [];
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    const { request, documentURL, entry } = message.params ?? {};
    if (message.method === 'Network.requestWillBeSent') {
      const [page, host] = [hostOf(documentURL), hostOf(request?.url)];
      asked.set(page, (asked.get(page) ?? new Set()).add(host));
    }
    if (entry) complaints.push(`${entry.text} ${entry.url ?? ''}`);
    waiting.get(message.id ?? -1)?.(message);
  });
  let last = 0;
  const call = (method: string, params: object = {}) =>
    new Promise<Message>((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  for (const domain of ['Page', 'Network', 'Log']) await call(`${domain}.enable`);
  const valueOf = async (expression: string): Promise<unknown> => {
    const how = { awaitPromise: true, returnByValue: true };
    const { result } = await call('Runtime.evaluate', { expression, ...how });
    return result?.exceptionDetails ? null : (result?.result?.value ?? null);
  };
  const until = async (expression: string): Promise<unknown> => {
    // Nearly as long as a test may last: what never comes is told in words.
    for (const end = Date.now() + 50_000; Date.now() < end;) {
      const value = await valueOf(expression);
      if (value !== null && value !== false) return value;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const shown = JSON.stringify(await valueOf('document.body.innerText'));
    throw new Error(`${expression} never came; the page says ${shown}`);
  };
  return {
    asked,
    complaints,
    until,
    open: async (to) => {
      await call('Page.navigate', { url: 'about:blank' });
      await call('Page.navigate', { url: to });
    },
  };
}

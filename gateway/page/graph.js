/** Asking the graph from a page: one request, or a live feed that takes itself up again. */

const key = 'oca-session';

/** The session of this tab, or null. */
export function session() {
  return JSON.parse(sessionStorage.getItem(key) ?? 'null');
}

/** Keeps a session for this tab alone, or forgets it. */
export function keepSession(value) {
  if (value) sessionStorage.setItem(key, JSON.stringify(value));
  else sessionStorage.removeItem(key);
}

/** The headers of whoever is signed in. */
export function authorization() {
  const token = session()?.accessToken;
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Runs a query or mutation; gives `{ data, errors }`. */
export async function ask(query, variables = {}, headers = authorization()) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/**
 * Follows a subscription over graphql-transport-ws. A lost socket is opened again after a while, with what
 * `variablesNow` then gives, so that a feed with a cursor continues where it was.
 *
 * @param on `{ next(result), state('live' | 'lost') , over() }`
 * @returns what ends it
 */
export function follow(query, variablesNow, on, headers = () => authorization()) {
  let socket = null;
  let over = false;
  let waits = 500;
  const open = () => {
    const url = new URL('/graphql', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    socket = new WebSocket(url, 'graphql-transport-ws');
    const say = (message) => socket.send(JSON.stringify(message));
    socket.addEventListener('open', () => say({ type: 'connection_init', payload: headers() }));
    socket.addEventListener('message', ({ data }) => {
      const { type, payload } = JSON.parse(data);
      if (type === 'connection_ack') {
        waits = 500;
        on.state?.('live');
        say({ id: '1', type: 'subscribe', payload: { query, variables: variablesNow() } });
      } else if (type === 'ping') say({ type: 'pong' });
      else if (type === 'next') on.next(payload);
      else if (type === 'error') on.next({ errors: payload });
      if (type === 'complete' || type === 'error') end();
    });
    socket.addEventListener('close', () => {
      if (over) return;
      on.state?.('lost');
      setTimeout(open, waits + Math.random() * waits);
      waits = Math.min(waits * 2, 15_000);
    });
  };
  const end = () => {
    if (over) return;
    over = true;
    socket?.close(1000);
    on.over?.();
  };
  open();
  return end;
}

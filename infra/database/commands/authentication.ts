// saslStart and saslContinue.
import { Binary, bytesOf, document, isDocument } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { Connection, Handler, Server } from './context.ts';

function payloadText(payload: Maybe): string {
  if (typeof payload === 'string') return payload;
  if (payload instanceof Binary) return Buffer.from(bytesOf(payload)).toString();
  throw refuse(14, "BSON field 'payload' is the wrong type, expected type 'binData'");
}

function answer(payload: string, isDone: boolean): Document {
  return document({ conversationId: 1, done: isDone, payload: new Binary(Buffer.from(payload)) });
}

/** Begins an authentication. */
export function startAuthentication(
  server: Server,
  connection: Connection,
  command: Document,
): Document {
  if (server.authenticate === undefined) throw refuse(18, 'Authentication failed.');
  if (command.get('mechanism') !== 'SCRAM-SHA-256')
    throw refuse(334, 'Unsupported mechanism; this server knows SCRAM-SHA-256');
  const { conversation, payload } = server.authenticate(payloadText(command.get('payload')));
  connection.conversation = conversation;
  return answer(payload, false);
}

/** `saslStart`. */
export const saslStart: Handler = ({ server, connection, command }) =>
  startAuthentication(server, connection, command);

/** `saslContinue`. */
export const saslContinue: Handler = ({ connection, command }) => {
  const { conversation } = connection;
  if (conversation === undefined) throw refuse(17, 'No SASL session state found');
  // After the proof a driver may send an empty message, to which an empty one is the answer.
  const text = payloadText(command.get('payload'));
  if (connection.user !== undefined && text === '') return answer('', true);
  // One proof for each conversation: who guesses begins anew.
  connection.conversation = undefined;
  const { payload, isDone } = conversation.next(text);
  connection.conversation = conversation;
  if (isDone) connection.user = conversation.user;
  return answer(payload, isDone);
};

/** `logout`. */
export const logout: Handler = ({ connection }) => {
  connection.user = undefined;
  return new Map();
};

const ADMIN = 'admin';

/** `usersInfo`: there is one user, who is kept by the server's options and not in a database. */
export const usersInfo: Handler = ({ command, database, connection: { user } }) => {
  const asked = command.get('usersInfo') ?? null;
  const wanted = Array.isArray(asked) ? asked : [asked];
  const isAsked = user !== undefined && wanted.some((one) => isAbout(one, user, database));
  return document({ users: isAsked ? [describeUser(user)] : [] });
};

/** By name, by name and database, or all of a database or of every one. */
function isAbout(asked: Maybe, user: string, database: string): boolean {
  if (isDocument(asked))
    return (
      asked.get('forAllDBs') === true || (asked.get('user') === user && asked.get('db') === ADMIN)
    );
  return database === ADMIN && (typeof asked !== 'string' || asked === user);
}

function describeUser(user: string): Document {
  return document({
    _id: `${ADMIN}.${user}`,
    user,
    db: ADMIN,
    roles: [document({ role: 'root', db: ADMIN })],
    mechanisms: ['SCRAM-SHA-256'],
  });
}

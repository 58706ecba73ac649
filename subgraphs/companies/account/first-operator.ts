import type { Context } from '../context.ts';
import { bringUser } from './provision.ts';

/** Makes the configured operator's account while nobody is an operator: how an installation gets its first one. */
export async function bringFirstOperator(context: Context): Promise<void> {
  const { operatorEmail: email, operatorPassword: password } = context.config;
  if (email === null || password === null) return;
  if (await context.users.findOne({ roles: 'OPERATOR' }, { _id: 1 }).lean()) return;
  await bringUser(context, { name: 'Operator', email, password, roles: ['OPERATOR'] });
}

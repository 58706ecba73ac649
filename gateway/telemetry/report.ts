/** What a client may ask about its operation beside the answer: `extensions: { cost: true, plan: true }`. */
import type { ApolloServerPlugin } from '@apollo/server';

import type { Call } from '../call.ts';
import type { GatewayConfig } from '../config.ts';

/** Tells the cost to anybody who asks, and the plan to operators alone. */
export function report({ limits }: GatewayConfig): ApolloServerPlugin<Call> {
  return {
    requestDidStart: async ({ request: { extensions: asked } }) => ({
      willSendResponse: async ({ contextValue: call, response: { body } }) => {
        if (body.kind !== 'single' || !asked) return;
        const told: Record<string, unknown> = {};
        if (asked['cost'] === true) told['cost'] = { total: call.cost, limit: limits.cost };
        if (asked['plan'] === true && call.viewer.roles.includes('OPERATOR'))
          told['plan'] = call.plan;
        if (Object.keys(told).length === 0) return;
        body.singleResult.extensions = { ...body.singleResult.extensions, ...told };
      },
    }),
  };
}

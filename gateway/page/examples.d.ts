/** An operation to begin with. */
export interface Example {
  title: string;
  query: string;
  variables?: Record<string, unknown>;
}

export const examples: Example[];

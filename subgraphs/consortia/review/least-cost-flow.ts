/** Another way to give reviews, by a flow of least cost: what tests hold the solver's answer against. Pure. */
import { loadCost, thousand, type Assigned, type Need, type Offer } from './assignment.ts';

interface Edge {
  to: number;
  capacity: number;
  cost: number;
  /** Place of the edge back in the list of `to`. */
  back: number;
}

// Nodes of the flow: where it comes from, where it goes, then projects, then reviewers.
const source = 0;
const sink = 1;
const projectNode = (index: number) => 2 + index;

/** Fills as many places as can be filled at the least cost, as `assignReviews`. */
export function assignByFlow(
  needs: readonly Need[],
  offers: readonly Offer[],
  fit: (projectId: string, reviewerId: string) => number | null,
): Assigned[] {
  const reviewerNode = (index: number) => 2 + needs.length + index;
  const graph: Edge[][] = Array.from({ length: 2 + needs.length + offers.length }, () => []);
  needs.forEach(({ projectId, missing }, project) => {
    connect(graph, source, projectNode(project), missing, 0);
    offers.forEach(({ reviewerId }, reviewer) => {
      const found = fit(projectId, reviewerId);
      if (found === null) return;
      const cost = Math.round((1 - found) * thousand);
      connect(graph, projectNode(project), reviewerNode(reviewer), 1, cost);
    });
  });
  // Each further review of a reviewer costs more than the one before: that is what balances the load.
  offers.forEach(({ load, most }, reviewer) => {
    for (let place = load; place < most; place += 1)
      connect(graph, reviewerNode(reviewer), sink, 1, place * loadCost);
  });
  while (augment(graph));
  return needs.flatMap(({ projectId }, project) =>
    (graph[projectNode(project)] ?? [])
      .filter(({ to, capacity }) => to >= reviewerNode(0) && capacity === 0)
      .flatMap(({ to }) => offers[to - reviewerNode(0)] ?? [])
      .map(({ reviewerId }) => ({ projectId, reviewerId })),
  );
}

function connect(graph: Edge[][], from: number, to: number, capacity: number, cost: number): void {
  const out = graph[from] ?? [];
  const back = graph[to] ?? [];
  out.push({ to, capacity, cost, back: back.length });
  back.push({ to: from, capacity: 0, cost: -cost, back: out.length - 1 });
}

/** Sends one unit along the cheapest path left; false when there is none. */
function augment(graph: Edge[][]): boolean {
  const reachedBy = cheapestPaths(graph);
  if (!reachedBy[sink]) return false;
  for (let node = sink; node !== source;) {
    const edge = reachedBy[node];
    const back = edge && graph[node]?.[edge.back];
    if (!edge || !back) throw new Error('The path to the sink is broken.');
    edge.capacity -= 1;
    back.capacity += 1;
    node = back.to;
  }
  return true;
}

/** The last edge of a cheapest path to each node: Bellman and Ford, by a queue. */
function cheapestPaths(graph: Edge[][]): (Edge | null)[] {
  const distance = graph.map(() => Number.POSITIVE_INFINITY);
  const reachedBy: (Edge | null)[] = graph.map(() => null);
  distance[source] = 0;
  const queue = [source];
  for (const node of queue)
    for (const edge of graph[node] ?? []) {
      const length = (distance[node] ?? 0) + edge.cost;
      if (edge.capacity === 0 || length >= (distance[edge.to] ?? 0)) continue;
      distance[edge.to] = length;
      reachedBy[edge.to] = edge;
      queue.push(edge.to);
    }
  return reachedBy;
}

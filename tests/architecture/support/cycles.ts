import type { Import } from './sources.ts';

/** The first import cycle among the edges as a list of files, or null. */
export function findCycle(edges: readonly Pick<Import, 'from' | 'target'>[]): readonly string[] | null {
  const graph = new Map<string, string[]>();
  for (const { from, target } of edges) {
    if (target !== null) graph.set(from, [...(graph.get(from) ?? []), target]);
  }
  const finished = new Set<string>();
  for (const start of graph.keys()) {
    const cycle = visit(start, [], graph, finished);
    if (cycle !== null) return cycle;
  }
  return null;
}

function visit(
  file: string,
  path: readonly string[],
  graph: ReadonlyMap<string, readonly string[]>,
  finished: Set<string>,
): readonly string[] | null {
  const index = path.indexOf(file);
  if (index !== -1) return [...path.slice(index), file];
  if (finished.has(file)) return null;
  for (const next of graph.get(file) ?? []) {
    const cycle = visit(next, [...path, file], graph, finished);
    if (cycle !== null) return cycle;
  }
  finished.add(file);
  return null;
}

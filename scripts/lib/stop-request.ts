/** Calls `stop` once, when this process is asked to end: Ctrl-C, SIGTERM, a closed terminal, or a launcher that died. */
export function onStopRequest(stop: () => Promise<void>): void {
  let isStopping = false;
  const request = () => {
    if (isStopping) return;
    isStopping = true;
    stop().catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, request);
  // The bootstrap holds the other end of this channel; it closes even when the bootstrap is killed.
  process.on('disconnect', request);
}

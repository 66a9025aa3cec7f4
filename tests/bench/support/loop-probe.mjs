import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into the process of a host by `--import`: measures the event loop of its main thread, and the memory of the whole
 * process. Each SIGUSR2 says what was seen since the last one as a line on stdout, and begins anew.
 */
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  delay.enable();
  setInterval(look, 50).unref();
  process.on('SIGUSR2', () => {
    look();
    const millis = (nanos) => nanos / 1e6;
    const seen = {
      event: 'probe',
      p50: millis(delay.percentile(50)),
      p99: millis(delay.percentile(99)),
      max: millis(delay.max),
      rss: process.memoryUsage.rss(),
      peak,
    };
    process.stdout.write(`${JSON.stringify(seen)}\n`);
    delay.reset();
    peak = 0;
  });
}

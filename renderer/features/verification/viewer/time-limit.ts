import { DocumentProblem } from './problem.ts';

/**
 * Waits for `work`, but no longer than `millis`, and not once `signal` fires. A hidden window draws nothing and its
 * timers are throttled, so that time there does not count.
 * @param stop is called when the wait ends before the work does, to end the work too.
 * @throws DocumentProblem 'too-slow', or AbortError.
 */
export function withinTime<T>(
  work: Promise<T>,
  millis: number,
  signal: AbortSignal,
  stop: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      finish();
    };
    const giveUp = (error: Error) => {
      settle(() => reject(error));
      stop();
    };
    const abort = () => giveUp(new DOMException('no longer wanted', 'AbortError'));
    const start = () => {
      timer = setTimeout(() => (document.hidden ? start() : giveUp(new DocumentProblem('too-slow'))), millis);
    };
    if (signal.aborted) {
      // What it comes to is of no interest any more.
      work.catch(() => undefined);
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    start();
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
  });
}

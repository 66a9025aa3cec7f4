import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { lacksDocuments } from '../seed/verification/upload.ts';
import { startChild, type Child, type Log } from './process/child.ts';
import type { Stack } from './stack.ts';

/**
 * Has the files of the seeded cases made, in a process of its own that takes only what processor time nobody else wants:
 * the demonstration is usable meanwhile, and a start that was cut off goes on where it was. Undefined when there is
 * nothing to do. Never rejects: a demonstration without files is still one, and says which are missing.
 */
export async function startDemoDocuments(stack: Stack, log?: Log): Promise<Child | undefined> {
  try {
    if (stack.isAttached || !(await lacksDocuments(stack.databaseUrl))) return undefined;
    const child = await startChild(process.execPath, [entry], {
      stopSignal: 'SIGTERM',
      env: {
        ...process.env,
        SEED_DATABASE_URL: stack.databaseUrl,
        SEED_URL: stack.url,
        SEED_SECRET_KEY: stack.secretKey,
      },
      log,
    });
    os.setPriority(child.pid, os.constants.priority.PRIORITY_LOW);
    return child;
  } catch (error) {
    log?.(`Documents: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

const entry = fileURLToPath(new URL('../seed/verification/upload-main.ts', import.meta.url));

import { runShell } from './shell/app.ts';

/** The entry of the desktop application. Paths are those of the build, where all entries lie in out/main. */
runShell({
  rendererDir: new URL('../renderer/', import.meta.url),
  preload: new URL('../preload/preload.cjs', import.meta.url),
  coreEntry: new URL('./core/worker.ts', import.meta.url),
  argv: process.argv,
  env: process.env,
});

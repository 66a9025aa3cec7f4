import { build, isBuildFresh } from './lib/build.ts';

/** `npm run build`: builds out/ when the sources have changed. */
if (isBuildFresh()) console.log('The build is fresh.');
else await build((line) => console.log(line));

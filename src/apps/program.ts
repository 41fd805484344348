// How our own programs are started: the pinned Node.js that runs this one, and the bundles (or sources) beside it.
import path from 'node:path';
import type { Program } from '#host';

/** `here` is the file of the running app: bundles are found beside it, whichever of the two forms they have. */
export function programBeside(here: string): Program {
  const ending = path.extname(here);
  const { HOLDFAST_HOME, NODE_COMPILE_CACHE } = process.env;
  return {
    node: process.execPath,
    nodeOptions: ['--disable-warning=ExperimentalWarning'],
    bundle: (app) => path.join(path.dirname(here), `${app}${ending}`),
    env: {
      ...(HOLDFAST_HOME ? { HOLDFAST_HOME } : {}),
      ...(NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}),
    },
  };
}

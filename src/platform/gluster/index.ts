// The door of the gluster room.
export { glusterdAnswers } from './answers.ts';
export { connectedBricks, volumeAnswers } from './client-view.ts';
export type * from './contract.ts';
export { type FakeGluster, fakeGluster } from './gluster.fake.ts';
export { openGluster } from './gluster.ts';
export { BRICK_PORTS, GLUSTERD_PORT } from './limits.ts';
export { pendingEntries } from './pending.ts';
export { type GlusterPlaces, glusterdArgv, glusterdSocket, prepareGluster, volumeClientArgv } from './places.ts';

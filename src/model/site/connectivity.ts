// How a site stands to its hub: who may change what the hub owns (the plane, declared), and what the link is like (the mode,
// observed). Seven of the eight pairs are legal: a site that was never activated has no hub to give a plane to.
//
//   plane   NotActivated  Connected  SemiConnected  Disconnected
//   local   legal         legal      legal          legal
//   hub     -             legal      legal          legal

export const PLANES = ['local', 'hub'] as const;
export type Plane = (typeof PLANES)[number];

export const CONNECTIVITY_MODES = ['NotActivated', 'Connected', 'SemiConnected', 'Disconnected'] as const;
export type ConnectivityMode = (typeof CONNECTIVITY_MODES)[number];

/** Whether a site can be in this pair. */
export const isLegalPair = (plane: Plane, mode: ConnectivityMode): boolean =>
  plane === 'local' || mode !== 'NotActivated';

/** Where a site stands: what the operations guard asks about. */
export interface Standing {
  readonly plane: Plane;
  readonly mode: ConnectivityMode;
}

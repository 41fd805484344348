// The door of the link.
export { type ClusterDoor, clusterDoor } from './cluster-door.ts';
export { ConnectivityKeeper, type PlaneEvent } from './connectivity-keeper.ts';
export type {
  Activation,
  DesiredApplier,
  HubWish,
  JournalSource,
  Link,
  LinkEvents,
  LinkParts,
  SiteSummary,
} from './contract.ts';
export { type LinkOptions, startLink } from './site-link.ts';

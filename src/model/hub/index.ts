// The door of the hub model.
export { type HubFolders, hubFolders } from './folders.ts';
export {
  HUB_FORMAT_VERSION,
  HUB_PORT_DEFAULT,
  type HubFile,
  hubAddressProblem,
  hubListensOn,
  hubUrl,
} from './hub.ts';
export { HUB_PROTOCOL_VERSION, type HubAnswer, type HubRequest } from './protocol.ts';
export type * from './shapes.ts';
export { type HubSiteStatus, hubSiteStatus } from './site-status.ts';

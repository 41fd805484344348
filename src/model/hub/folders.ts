// Where things stand in a hub's data folder: <data>/{hub.json,state,pki,logs,run}.

export interface HubFolders {
  readonly data: string;
  readonly hubFile: string;
  /** Held while a command starts or stops the hub. */
  readonly lockFile: string;
  readonly pki: string;
  readonly database: string;
  /** Copies of git repositories; made again when they are gone. */
  readonly git: string;
  readonly logFile: string;
  readonly run: string;
  readonly socket: string;
  /** Held by the hub's process while it lives. */
  readonly processLock: string;
  /** Written when the hub answers. */
  readonly readyFile: string;
}

export const hubFolders = (data: string): HubFolders => ({
  data,
  hubFile: `${data}/hub.json`,
  lockFile: `${data}/lock`,
  pki: `${data}/pki`,
  database: `${data}/state/hub.db`,
  git: `${data}/state/git`,
  logFile: `${data}/logs/hub.log`,
  run: `${data}/run`,
  socket: `${data}/run/hub.sock`,
  processLock: `${data}/run/hub.lock`,
  readyFile: `${data}/run/hub.ready`,
});

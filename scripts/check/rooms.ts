// The import law as data: which room a file stands in, and what that room may import.

/** A room: its folder, the rooms under it, and whether Node.js and npm modules may be imported. */
export interface Room {
  /** Folder under src; a trailing `/*` makes every folder below it a room of its own. */
  readonly folder: string;
  /** Rooms that may be imported, by the same names. */
  readonly may: readonly string[];
  readonly node: boolean;
  /** npm packages that may be imported. */
  readonly npm: readonly string[];
}

const BELOW_SERVICES = ['base', 'model/*', 'engine/*', 'platform/*', 'store', 'content', 'client', 'reconcile'];

export const ROOMS: readonly Room[] = [
  { folder: 'base', may: [], node: false, npm: [] },
  { folder: 'model/*', may: ['base', 'model/*'], node: false, npm: ['yaml'] },
  { folder: 'engine/*', may: ['base', 'model/*'], node: false, npm: [] },
  {
    folder: 'platform/*',
    may: ['base', 'platform/log', 'platform/clock'],
    node: true,
    npm: [
      '@grpc/grpc-js',
      '@grpc/proto-loader',
      '@peculiar/x509',
      'reflect-metadata',
      'ws',
      'tar-stream',
      'dns-packet',
      'yaml',
      'spdy-transport',
      'isomorphic-git',
    ],
  },
  { folder: 'store', may: ['base', 'platform/*'], node: false, npm: [] },
  { folder: 'content', may: ['base', 'platform/*'], node: false, npm: [] },
  { folder: 'client', may: ['base', 'model/*', 'platform/*'], node: false, npm: [] },
  { folder: 'reconcile', may: ['base', 'model/*', 'client', 'platform/*'], node: false, npm: [] },
  { folder: 'services/*', may: BELOW_SERVICES, node: false, npm: ['yaml'] },
  { folder: 'host', may: ['base', 'model/*', 'engine/*', 'platform/*'], node: false, npm: [] },
  {
    folder: 'cli',
    may: ['base', 'model/*', 'engine/*', 'client', 'host', 'platform/log', 'platform/clock', 'platform/socket'],
    node: false,
    npm: ['commander'],
  },
  { folder: 'apps', may: [...BELOW_SERVICES, 'services/*', 'host', 'cli'], node: true, npm: [] },
];

/** Engines that may import another engine: [importer, imported, why]. */
export const ENGINE_EDGES: readonly (readonly [string, string, string])[] = [
  ['engine/capacity', 'engine/scheduling', 'the forecast places pods by the rules of the scheduler'],
];

/** Doors of platform that may use another door: [importer, imported, why]. */
export const PLATFORM_EDGES: readonly (readonly [string, string, string])[] = [
  ['platform/http', 'platform/tls', 'a TLS server is made of credentials'],
  ['platform/tls', 'platform/x509', 'the certificate of the other end is judged as every other is'],
  ['platform/stream', 'platform/tls', 'what is passed on goes to a server that was judged'],
  ['platform/sqlite', 'platform/disk', 'a damaged database is told from files that are whole or absent'],
  ['platform/power', 'platform/process', 'a controller is asked by a program'],
  ['platform/watchdog', 'platform/disk', 'what a watchdog is run from is whole or absent'],
  ['platform/gluster', 'platform/process', 'its door is a command line'],
  ['platform/gluster', 'platform/disk', 'what its programs find is written whole, as everything is'],
  ['platform/tunnel', 'platform/stream', 'what is passed on through a tunnel drops the same headers'],
];

/** The room of a path from the repository root, e.g. `services/dns` of `src/services/dns/answer.ts`. */
export function roomOf(path: string): string | undefined {
  const parts = path.split('/');
  if (parts[0] !== 'src' || parts[1] === undefined) return undefined;
  const nested = ROOMS.some((room) => room.folder === `${parts[1]}/*`);
  return nested ? `${parts[1]}/${parts[2]}` : parts[1];
}

export function lawOf(room: string): Room | undefined {
  return ROOMS.find((r) => r.folder === room || (r.folder.endsWith('/*') && room.startsWith(r.folder.slice(0, -1))));
}

/** Whether `room` may import from `other` by the table. */
export function mayImport(room: string, other: string): boolean {
  if ([...ENGINE_EDGES, ...PLATFORM_EDGES].some(([from, to]) => from === room && to === other)) return true;
  const law = lawOf(room);
  return law?.may.some((may) => may === other || (may.endsWith('/*') && other.startsWith(may.slice(0, -1)))) ?? false;
}

// The numbers of the server that are looked up when somebody asks.
import { resourceFacts, storageResourceOf } from '#model/kube';
import type { Core } from '../verbs/call.ts';
import type { Gauge } from './metrics.ts';

export function serverGauges(core: Core): readonly Gauge[] {
  const { store } = core;
  const prefixes = new Map(
    resourceFacts.map((facts) => {
      const { group, resource } = storageResourceOf(facts);
      return [`/${group || 'core'}/${resource}/`, group ? `${resource}.${group}` : resource];
    }),
  );
  return [
    {
      name: 'apiserver_storage_objects',
      help: 'Objects in the store.',
      read: () => [...prefixes].map(([prefix, name]) => [`resource="${name}"`, store.count(prefix)] as const),
    },
    {
      name: 'apiserver_storage_revision',
      help: 'Newest committed revision of the store.',
      read: () => [['', store.revision]],
    },
    {
      name: 'apiserver_storage_size_bytes',
      help: 'Bytes that the log of the store takes on disk.',
      read: () => [['', store.usage().bytes]],
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Memory of the process.',
      read: () => [['', process.memoryUsage.rss()]],
    },
    {
      name: 'process_cpu_seconds_total',
      help: 'Processor time of the process.',
      read: () => [['', (process.cpuUsage().user + process.cpuUsage().system) / 1e6]],
    },
  ];
}

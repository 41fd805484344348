// Which table a resource has: its own, or that of all resources nobody made one for.
import { memo } from '#base';
import { autoscalerTables } from './autoscalers.ts';
import { clusterTables } from './cluster.ts';
import { type AnyKindTable, columnsFor } from './column.ts';
import { configurationTables } from './configuration.ts';
import { eventTables } from './events.ts';
import { extensionTables } from './extensions.ts';
import { networkTables } from './network.ts';
import { podTable } from './pods.ts';
import { storageTables } from './storage.ts';
import { workloadTables } from './workloads.ts';

// A table is asked only for objects of the resource that it stands under here, so its types may be forgotten.
type AnyTables = Readonly<Record<string, () => AnyKindTable>>;

const TABLES = {
  '/pods': podTable,
  ...workloadTables,
  ...networkTables,
  ...storageTables,
  ...clusterTables,
  ...eventTables,
  ...configurationTables,
  ...autoscalerTables,
  ...extensionTables,
} as unknown as AnyTables;

/** Custom resources without printer columns say their age, built-in ones when they were created. */
function plainTable(isCustom: boolean): AnyKindTable {
  const c = columnsFor();
  const age = { ...c.age(), type: 'date' as const };
  return { columns: [c.name(), isCustom ? age : c.created()] } as unknown as AnyKindTable;
}

const made = memo((name: string): AnyKindTable => TABLES[name]?.() ?? plainTable(false));
const plain = memo((isCustom: boolean): AnyKindTable => plainTable(isCustom));

/** Resources that have a table of their own, as group/resource. */
export function tabledResources(): readonly string[] {
  return Object.keys(TABLES);
}

export function kindTableOf(resource: {
  readonly group: string;
  readonly resource: string;
  readonly custom?: boolean;
}): AnyKindTable {
  const name = `${resource.group}/${resource.resource}`;
  return Object.hasOwn(TABLES, name) ? made(name) : plain(resource.custom ?? false);
}

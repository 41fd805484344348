// The tables of volumes, claims, classes and drivers.
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../generated/kinds.ts';
import { columnsFor, type KindTable } from './column.ts';

const MODES: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

function modesText(modes: readonly string[] = []): string {
  return MODES.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

const classOf = (o: PersistentVolume | PersistentVolumeClaim): string =>
  o.metadata?.annotations?.[CLASS_ANNOTATION] ?? o.spec?.storageClassName ?? '';

const phaseOf = (o: PersistentVolume | PersistentVolumeClaim): string =>
  o.metadata?.deletionTimestamp ? 'Terminating' : (o.status?.phase ?? '');

function volumeTable(): KindTable<PersistentVolume> {
  const c = columnsFor<PersistentVolume>();
  const claim = ({ spec }: PersistentVolume) =>
    spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '';
  return {
    columns: [
      c.name(),
      c.text('Capacity', (o) => String(o.spec?.capacity?.storage ?? '0')),
      c.text('Access Modes', (o) => modesText(o.spec?.accessModes)),
      c.text('Reclaim Policy', (o) => o.spec?.persistentVolumeReclaimPolicy),
      c.text('Status', phaseOf),
      c.text('Claim', claim),
      c.text('StorageClass', classOf),
      c.text('VolumeAttributesClass', (o) => o.spec?.volumeAttributesClassName ?? '<unset>'),
      c.text('Reason', (o) => o.status?.reason),
      c.age(),
      c.wide('VolumeMode', (o) => o.spec?.volumeMode ?? '<unset>'),
    ],
  };
}

function claimTable(): KindTable<PersistentVolumeClaim> {
  const c = columnsFor<PersistentVolumeClaim>();
  const isBound = (o: PersistentVolumeClaim) => Boolean(o.spec?.volumeName);
  return {
    columns: [
      c.name(),
      c.text('Status', phaseOf),
      c.text('Volume', (o) => o.spec?.volumeName),
      c.text('Capacity', (o) => (isBound(o) ? String(o.status?.capacity?.storage ?? '0') : '')),
      c.text('Access Modes', (o) => (isBound(o) ? modesText(o.status?.accessModes) : '')),
      c.text('StorageClass', classOf),
      c.text('VolumeAttributesClass', (o) => o.spec?.volumeAttributesClassName ?? '<unset>'),
      c.age(),
      c.wide('VolumeMode', (o) => o.spec?.volumeMode ?? '<unset>'),
    ],
  };
}

function withDefault(o: StorageClass | VolumeAttributesClass, ...annotations: string[]): string {
  const isDefault = annotations.some((annotation) => o.metadata?.annotations?.[annotation] === 'true');
  return `${o.metadata?.name ?? ''}${isDefault ? ' (default)' : ''}`;
}

function storageClassTable(): KindTable<StorageClass> {
  const c = columnsFor<StorageClass>();
  const suffix = 'kubernetes.io/is-default-class';
  return {
    columns: [
      c.name((o) => withDefault(o, `storageclass.${suffix}`, `storageclass.beta.${suffix}`)),
      c.text('Provisioner', (o) => o.provisioner),
      c.text('ReclaimPolicy', (o) => o.reclaimPolicy ?? 'Delete'),
      c.text('VolumeBindingMode', (o) => o.volumeBindingMode ?? 'Immediate'),
      { ...c.flag('AllowVolumeExpansion', (o) => o.allowVolumeExpansion), type: 'string' },
      c.age(),
    ],
  };
}

function attributesClassTable(): KindTable<VolumeAttributesClass> {
  const c = columnsFor<VolumeAttributesClass>();
  return {
    columns: [
      c.name((o) => withDefault(o, 'volumeattributesclass.alpha.kubernetes.io/is-default-class')),
      c.text('DriverName', (o) => o.driverName),
      c.age(),
    ],
  };
}

function attachmentTable(): KindTable<VolumeAttachment> {
  const c = columnsFor<VolumeAttachment>();
  return {
    columns: [
      c.name(),
      { ...c.text('Attacher', (o) => o.spec?.attacher), format: 'name' },
      c.text('PV', (o) => o.spec?.source?.persistentVolumeName),
      c.text('Node', (o) => o.spec?.nodeName),
      c.flag('Attached', (o) => o.status?.attached),
      c.age(),
    ],
  };
}

function driverTable(): KindTable<CSIDriver> {
  const c = columnsFor<CSIDriver>();
  const audiences = ({ spec }: CSIDriver) =>
    spec?.tokenRequests ? spec.tokenRequests.map((request) => request.audience).join(',') : '<unset>';
  return {
    columns: [
      c.name(),
      c.flag('AttachRequired', (o) => o.spec?.attachRequired ?? true),
      c.flag('PodInfoOnMount', (o) => o.spec?.podInfoOnMount),
      c.flag('StorageCapacity', (o) => o.spec?.storageCapacity),
      c.text('TokenRequests', audiences),
      c.flag('RequiresRepublish', (o) => o.spec?.requiresRepublish),
      c.text('Modes', (o) => (o.spec?.volumeLifecycleModes ?? []).join(',') || '<none>'),
      c.age(),
    ],
  };
}

function csiNodeTable(): KindTable<CSINode> {
  const c = columnsFor<CSINode>();
  return { columns: [c.name(), c.count('Drivers', (o) => o.spec?.drivers?.length), c.age()] };
}

function capacityTable(): KindTable<CSIStorageCapacity> {
  const c = columnsFor<CSIStorageCapacity>();
  return {
    columns: [
      c.name(),
      c.text('StorageClassName', (o) => o.storageClassName),
      c.text('Capacity', (o) => String(o.capacity ?? '<unset>')),
    ],
  };
}

/** Tables by group/resource. */
export const storageTables = {
  '/persistentvolumes': volumeTable,
  '/persistentvolumeclaims': claimTable,
  'storage.k8s.io/storageclasses': storageClassTable,
  'storage.k8s.io/volumeattributesclasses': attributesClassTable,
  'storage.k8s.io/volumeattachments': attachmentTable,
  'storage.k8s.io/csidrivers': driverTable,
  'storage.k8s.io/csinodes': csiNodeTable,
  'storage.k8s.io/csistoragecapacities': capacityTable,
};

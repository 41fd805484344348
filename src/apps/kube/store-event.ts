// What an operator is told of a store, as an event of the site.
import type { SiteEvent } from '#services/supervisor';
import type { StoreNotice } from '#store';

type Told = Pick<SiteEvent, 'type' | 'reason' | 'message'>;

/** Nothing for what is a store's everyday life. */
export function storeEvent(notice: StoreNotice): Told | undefined {
  switch (notice.kind) {
    case 'repaired':
      return { type: 'Warning', reason: 'Repaired', message: notice.message };
    case 'disk-full':
      return {
        type: 'Warning',
        reason: 'DiskFull',
        message: 'the disk is full: writes are refused, reads and deletes work',
      };
    case 'disk-room':
      return { type: 'Normal', reason: 'DiskRoom', message: 'the disk has room again: writes work' };
    case 'state':
      return notice.state === 'reloading'
        ? { type: 'Warning', reason: 'Reloading', message: notice.reason }
        : undefined;
  }
}

// The door of the journal.
export { type Delivery, openDelivery } from './delivery.ts';
export { type Journal, openJournal } from './journal.ts';
export type { JournalNotice } from './notice.ts';
export { type Measured, type Measuring, startMeasuring } from './sources/measure.ts';
export { readUsage } from './sources/read-usage.ts';
export { openSupportLog, type SupportLog } from './sources/support-log.ts';

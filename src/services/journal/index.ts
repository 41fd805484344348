// The door of the journal.
export { type Delivery, openDelivery } from './delivery.ts';
export { type Journal, openJournal } from './journal.ts';
export type { JournalNotice } from './notice.ts';

// What a journal has to say of itself; for the site's events.
export interface JournalNotice {
  readonly reason: 'JournalRepaired' | 'JournalNotTaken' | 'JournalTaken' | 'JournalDropped' | 'JournalForked';
  readonly message: string;
}

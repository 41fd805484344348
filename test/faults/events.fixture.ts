// What a site told as events.
import fs from 'node:fs';
import type { TestSite } from '../integration/site.fixture.ts';

/** "subject reason" of every event that was kept. */
export function eventsOf(site: TestSite): string[] {
  const text = fs.readFileSync(`${site.data}/logs/events.jsonl`, 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const { subject, reason } = JSON.parse(line) as { subject: string; reason: string };
      return `${subject} ${reason}`;
    });
}

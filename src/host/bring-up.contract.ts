// What bringing a site up is asked for, and how it ends.
import type { Site, SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import type { PortChoice } from './create-site.ts';
import type { SiteWishes } from './site.plan.ts';
import type { Program } from './start-supervisor.ts';

export interface BringUp {
  readonly data: string;
  readonly wishes: SiteWishes;
  readonly ports?: PortChoice;
  /** 2: a lab. Absent: as many as there are, or one. */
  readonly nodes?: 1 | 2;
  readonly timeoutMs: number;
  readonly program: Program;
  readonly clock: Clock;
  progress(step: { readonly text: string; readonly tookMs?: number }): void;
}

export type BroughtUp =
  | { readonly kind: 'ready'; readonly site: Site; readonly folders: SiteFolders; readonly ran: boolean }
  | {
      readonly kind: 'not-ready';
      readonly site: Site;
      readonly folders: SiteFolders;
      readonly waitingFor: readonly string[];
    };

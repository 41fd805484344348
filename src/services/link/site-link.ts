// The site's side of the link, put together: who the site is at its hub, the connection that the plan keeps, where the site stands,
// and what the operator asks. A restart, a crash between two writes and a lost answer all come out at one of its few states:
// link.json says whether there is a hub, and everything else follows it.
import { messageOf, type Random, WorldError } from '#base';
import { HEARTBEAT_INTERVAL_MS, type KeptIdentity, type LinkFile } from '#model/link';
import type { LinkStatus, SiteFolders } from '#model/site';
import { type Clock, onJump, rfc3339, type Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import { proxyAddressOf, type Uplink } from '#platform/uplink';
import { activateSite } from './activate.ts';
import { LinkConnection } from './connection.apply.ts';
import type { ConnectivityKeeper, ConnectivityTold } from './connectivity-keeper.ts';
import type { Activation, Link, LinkEvents, LinkParts } from './contract.ts';
import { dialHub } from './dial-hub.ts';
import { Errands } from './errands.ts';
import { type BeatAnswer, sendBeat } from './heartbeat.ts';
import { hubAddressOf } from './hub-url.ts';
import { type Applicant, type GrantedIdentity, isToRenew, renewIdentity, returnToHub } from './identity.ts';
import { TICK_MS, TROUBLES_MAX } from './limits.ts';
import { identityStatus, linkStatus } from './link.status.ts';
import { type LinkFolder, linkFolder, newSiteId } from './link-folder.ts';
import { TroubleBook } from './trouble-book.ts';
import { ClusterTunnel } from './tunnel.ts';

export interface LinkOptions {
  readonly site: { readonly id: string; readonly name: string; readonly version: string };
  readonly folders: Pick<SiteFolders, 'link'>;
  /** Where the site stands; whoever else reads or declares it is given the same one. */
  readonly connectivity: ConnectivityKeeper;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly events: LinkEvents;
  readonly parts: LinkParts;
}

/** Dials when the site has a hub. Never throws over what it finds on disk: that is told, and the rest of the site goes on. */
export function startLink(options: LinkOptions): Link {
  return new SiteLink(options);
}

class SiteLink implements Link {
  readonly #options: LinkOptions;
  readonly #folder: LinkFolder;
  readonly #keeper: ConnectivityKeeper;
  readonly #connection: LinkConnection;
  readonly #errands: Errands;
  readonly #tunnel: ClusterTunnel;
  readonly #book: TroubleBook;
  #file: LinkFile | undefined;
  #identity: KeptIdentity | undefined;
  #byAuthorityAlone = false;
  #clockDifferenceMs: number | undefined;
  readonly #jumps: { close(): void };
  #ticking: Timer | undefined;
  #activating = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { clock, random, log, parts, events } = options;
    this.#folder = linkFolder(options.folders.link);
    this.#keeper = options.connectivity;
    this.#keeper.onChange((change) => this.#toldChange(change));
    this.#jumps = onJump(clock, () => this.#keeper.tick());
    this.#book = new TroubleBook({ clock, log, events, notice: (notice) => parts.notice(notice) });
    this.#errands = new Errands({ ...parts, log });
    this.#tunnel = new ClusterTunnel({ take: parts.connectCluster, clock, log });
    this.#connection = new LinkConnection({
      clock,
      random,
      beatEveryMs: () => parts.beatEveryMs?.() ?? HEARTBEAT_INTERVAL_MS,
      talk: {
        dial: (signal) => this.#dial(signal),
        beat: (uplink) => this.#beat(uplink),
        answered: (uplink, answer) => this.#answered(uplink, answer),
        renew: (uplink) => this.#renew(uplink),
        return: (uplink) => this.#return(uplink),
        failed: (error) => this.#book.failed(error),
        changed: (state) => this.#book.phase(state.phase),
      },
    });
    this.#open();
    this.#tick();
  }

  #open(): void {
    try {
      this.#file = this.#folder.read();
      this.#identity = this.#folder.identity();
      this.#settle();
    } catch (error) {
      this.#book.failed(error);
    }
    this.#book.cut(this.#file?.cut ?? false);
    this.#follow();
  }

  /** Finishes what a crash between two files left. */
  #settle(): void {
    const hub = this.#file?.hub;
    if (hub && !this.#identity)
      throw new WorldError('Corrupt', 'the identity of this site at its hub is gone', {
        cure: 'leave the hub with holdfast link deactivate, then activate the site again',
      });
    if (this.#keeper.damage) this.#book.failed(this.#keeper.damage);
    else if (hub && !this.#keeper.isActivated) this.#keeper.step({ kind: 'activated', plane: hub.plane });
    else if (!hub && this.#keeper.isActivated) this.#keeper.step({ kind: 'deactivated' });
    if (!hub && this.#keeper.damage) this.#keeper.renew();
  }

  #follow(): void {
    this.#connection.want(this.#file?.hub !== undefined && this.#identity !== undefined && !this.#file.cut);
  }

  #tick(): void {
    this.#ticking = this.#options.clock.after(
      TICK_MS,
      () => {
        try {
          this.#keeper.tick();
        } catch (error) {
          this.#options.log.warn('where the site stands to its hub could not be kept', { error: messageOf(error) });
        }
        this.#tick();
      },
      { background: true },
    );
  }

  #toldChange({ from, to, reason }: ConnectivityTold): void {
    const worse = to.mode === 'SemiConnected' || to.mode === 'Disconnected';
    // A plane that is declared is told by whoever declares it.
    if (from.mode !== to.mode)
      this.#options.events.add({
        type: worse ? 'Warning' : 'Normal',
        subject: 'link',
        reason: to.mode,
        message: `${from.mode} to ${to.mode}, plane ${to.plane}: ${reason}`,
      });
    this.#options.log.info('where the site stands to its hub changed', { from, to, reason });
  }

  #applicant(file: Pick<LinkFile, 'siteId'>): Applicant {
    const { name, version } = this.#options.site;
    return { siteId: file.siteId, siteName: name, version, keyPem: this.#folder.keyPem() };
  }

  /** What a connection is made of. Errors: WorldError `Conflict` when there is no hub. */
  #joined(): { file: LinkFile & Required<Pick<LinkFile, 'hub'>>; identity: KeptIdentity } {
    const [file, identity] = [this.#file, this.#identity];
    if (!file?.hub || !identity)
      throw new WorldError('Conflict', 'the site has no hub', {
        cure: 'activate it: holdfast link activate --hub URL --token TOKEN',
      });
    return { file: { ...file, hub: file.hub }, identity };
  }

  async #dial(signal: AbortSignal): Promise<Uplink> {
    const { file, identity } = this.#joined();
    const { uplink, byAuthorityAlone } = await dialHub({
      hub: hubAddressOf(file.hub.url),
      proxy: file.hub.proxy === undefined ? undefined : proxyAddressOf(file.hub.proxy),
      identity: { certPem: identity.certPem, keyPem: this.#folder.keyPem() },
      anchorsPem: () => identity.hubCaPem,
      clock: this.#options.clock,
      isClockSure: this.#options.parts.isClockSure?.() ?? false,
      signal,
    });
    this.#byAuthorityAlone = byAuthorityAlone;
    return uplink;
  }

  async #beat(uplink: Uplink): Promise<BeatAnswer> {
    const { clock, parts, site } = this.#options;
    const summary = await parts.summary();
    const { plane, mode } = this.#keeper.facts();
    const sentMs = clock.monotonicMs();
    const answer = await sendBeat(uplink, {
      at: rfc3339(clock.now()),
      version: site.version,
      plane,
      mode,
      applied: parts.desired?.applied() ?? 0,
      drifted: parts.desired?.drifted() ?? 0,
      ...summary,
      troubles: summary.troubles.slice(0, TROUBLES_MAX),
    });
    // A contact, whatever became of the connection in the meantime.
    this.#heard(sentMs, answer.hubTimeMs);
    return answer;
  }

  #answered(uplink: Uplink, answer: BeatAnswer): boolean {
    this.#book.well();
    this.#tunnel.open(uplink);
    this.#errands.begin(uplink, answer);
    return isToRenew(this.#joined().identity, answer.hubTimeMs);
  }

  #heard(sentMs: number, hubTimeMs: number | undefined): void {
    const { clock, parts, log } = this.#options;
    if (this.#keeper.damage) this.#keeper.renew();
    if (!this.#keeper.isActivated && this.#file?.hub) this.#keeper.step({ kind: 'activated', plane: 'hub' });
    this.#keeper.acknowledged(sentMs);
    if (hubTimeMs === undefined) return;
    const roundTripMs = clock.monotonicMs() - sentMs;
    this.#clockDifferenceMs = Math.round(hubTimeMs + roundTripMs / 2 - clock.now());
    parts
      .clockSample?.(hubTimeMs, roundTripMs)
      .then(() => this.#keeper.tick())
      .catch((error) => log.debug('the time of the hub was not taken', { error: messageOf(error) }));
  }

  async #renew(uplink: Uplink): Promise<void> {
    this.#keep(await renewIdentity(uplink, this.#applicant(this.#joined().file)), 'renewed');
  }

  async #return(uplink: Uplink): Promise<void> {
    const { file, identity } = this.#joined();
    this.#keep(await returnToHub(uplink, this.#applicant(file), identity), 'given again after it had ended');
  }

  #keep({ certPem, hubCaPem }: GrantedIdentity, how: string): void {
    this.#identity = { certPem, hubCaPem };
    this.#folder.writeIdentity(this.#identity);
    const { endsAt } = identityStatus(this.#identity, this.#file?.siteId ?? '');
    this.#options.events.add({
      type: 'Normal',
      subject: 'link',
      reason: 'IdentityRenewed',
      message: `the identity at the hub was ${how}; it ends ${endsAt}`,
    });
  }

  status(): LinkStatus {
    const { state } = this.#connection;
    return linkStatus({
      site: this.#options.site.name,
      file: this.#file,
      identity: this.#identity,
      facts: this.#keeper.facts(),
      history: this.#keeper.state.history,
      connection: {
        state: state.phase,
        since: this.#book.phaseSince,
        nextAttemptInMs: state.phase === 'waiting' ? state.dueMs - this.#options.clock.monotonicMs() : undefined,
        tunnel: this.#tunnel.isOpen ? 'open' : 'closed',
        byAuthorityAlone: state.phase === 'open' && this.#byAuthorityAlone,
      },
      clockDifferenceMs: this.#clockDifferenceMs,
      trouble: this.#book.trouble,
      nowMs: this.#options.clock.now(),
    });
  }

  async activate(by: Activation): Promise<LinkStatus> {
    if (this.#file?.hub)
      throw new WorldError('Conflict', `the site is activated already, at ${this.#file.hub.url}`, {
        cure: 'see it with holdfast link status; to join another hub, leave this one first: holdfast link deactivate',
      });
    if (this.#activating) throw new WorldError('Conflict', 'the site is being activated already');
    this.#activating = true;
    try {
      // Who the site is stays the same from one attempt to the next: a lost answer does no harm.
      const file = this.#file ?? { version: 1, siteId: newSiteId(this.#options.site.id), cut: false };
      if (!this.#file) this.#folder.write(file);
      this.#file = file;
      const { clock, parts } = this.#options;
      const granted = await activateSite({
        by,
        applicant: this.#applicant(file),
        clock,
        isClockSure: parts.isClockSure?.() ?? false,
      });
      this.#join(by, granted);
      return this.status();
    } finally {
      this.#activating = false;
    }
  }

  #join({ plane, proxy }: Activation, { url, identity }: { url: string; identity: GrantedIdentity }): void {
    const { certPem, hubCaPem } = identity;
    const siteId = this.#file?.siteId ?? '';
    this.#folder.writeIdentity({ certPem, hubCaPem });
    this.#identity = { certPem, hubCaPem };
    this.#file = { version: 1, siteId, cut: false, hub: { url, plane, ...(proxy && { proxy }) } };
    this.#folder.write(this.#file);
    this.#keeper.renew();
    this.#keeper.step({ kind: 'activated', plane });
    this.#book.cut(false);
    this.#book.forget();
    this.#follow();
  }

  deactivate(): LinkStatus {
    // A hub can be left even when what is kept of it is damaged.
    const isToLeave = this.#file?.hub ?? (this.#keeper.isActivated || this.#book.trouble?.kind === 'damaged');
    if (!isToLeave) this.#joined();
    this.#connection.want(false);
    this.#tunnel.close();
    this.#file = { version: 1, siteId: this.#file?.siteId ?? newSiteId(this.#options.site.id), cut: false };
    this.#folder.write(this.#file);
    this.#folder.removeIdentity();
    this.#identity = undefined;
    this.#keeper.renew();
    this.#keeper.step({ kind: 'deactivated' });
    this.#book.cut(false);
    this.#book.forget();
    return this.status();
  }

  cut(): LinkStatus {
    return this.#setCut(true, 'the link was cut here; nothing is dialled until holdfast link restore');
  }

  restore(): LinkStatus {
    return this.#setCut(false, 'the link may be dialled again');
  }

  settingsChanged(): void {
    this.#keeper.tick();
    this.#connection.retime();
  }

  #setCut(cut: boolean, message: string): LinkStatus {
    const { file } = this.#joined();
    if (file.cut !== cut) {
      this.#file = { ...file, cut };
      this.#folder.write(this.#file);
      this.#options.events.add({ type: 'Normal', subject: 'link', reason: cut ? 'LinkCut' : 'LinkRestored', message });
    }
    this.#book.cut(cut);
    if (cut) this.#book.forget();
    this.#follow();
    return this.status();
  }

  async stop(): Promise<void> {
    this.#ticking?.cancel();
    this.#jumps.close();
    this.#connection.want(false);
    this.#tunnel.close();
    this.#book.forget();
    await this.#errands.settled();
  }
}

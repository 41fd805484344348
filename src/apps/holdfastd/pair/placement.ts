// What of the site stands on this node of a pair, brought to what is wanted one step after the other: machines of pods while it is a member,
// the master machine, the doors and the site's services while it controls. What ends comes before what begins.
import { messageOf } from '#base';
import { masterOf, type Site, type SiteFolders, switchName, workerHere } from '#model/site';
import type { Clock, Timer } from '#platform/clock';
import { removeTree, writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import { announceAddress, ensureCable, removeCable, setDoorAddress } from '#services/machines';
import { forgetPods } from '#services/node-agent';
import type { ProcessDeclaration, Supervisor } from '#services/supervisor';

export interface PlacementOptions {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly supervisor: Supervisor;
  readonly mtu: number;
  /** The pods of an earlier life of this program run on, under the same lease. */
  readonly podsRunOn: boolean;
  /** The client of replicated volumes. */
  readonly volumes: ProcessDeclaration;
  /** Processes of the worker. */
  readonly pods: readonly ProcessDeclaration[];
  /** Processes that stand where control is. */
  readonly control: readonly ProcessDeclaration[];
  /** Control is here now, or is not any more. */
  controlIs(here: boolean): void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Placed {
  /** Replicated volumes show here: only while pods may run. */
  readonly volumes: boolean;
  readonly pods: boolean;
  readonly control: boolean;
}

const RETRY_MS = 500;

export class Placement {
  readonly #of: PlacementOptions;
  #podsRunOn: boolean;
  #wanted: Placed = { volumes: false, pods: false, control: false };
  #placed: Placed = { volumes: false, pods: false, control: false };
  #isStale = false;
  #busy = false;
  #retry: Timer | undefined;
  #closed = false;

  constructor(of: PlacementOptions) {
    this.#of = of;
    this.#podsRunOn = of.podsRunOn;
  }

  /** Names of the processes that are to run here now. */
  get needed(): readonly string[] {
    const { volumes, pods, control } = this.#of;
    return [
      ...(this.#wanted.volumes ? [volumes] : []),
      ...(this.#wanted.pods ? pods : []),
      ...(this.#wanted.control ? control : []),
    ].map(({ name }) => name);
  }

  want(wanted: Placed): void {
    if (JSON.stringify(wanted) === JSON.stringify(this.#wanted)) return;
    this.#wanted = wanted;
    this.#go();
  }

  get placed(): Placed {
    return this.#placed;
  }

  /** What was placed was taken down by somebody else: from the beginning. */
  again(): void {
    this.#isStale = true;
    this.#go();
  }

  /** Says again where the site's addresses are: somebody may have been told otherwise. */
  announce(): void {
    if (this.#placed.control) this.#announce();
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
  }

  #go(): void {
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    this.#retry?.cancel();
    this.#step().then(
      (done) => {
        this.#busy = false;
        if (!done) this.#go();
      },
      (error: unknown) => {
        this.#busy = false;
        this.#of.log.warn('what stands on this node is not as it should be yet', { error: messageOf(error) });
        this.#retry = this.#of.clock.after(RETRY_MS, () => this.#go());
      },
    );
  }

  /** One change; true when there was none left. */
  async #step(): Promise<boolean> {
    const { volumes, pods, control } = this.#wanted;
    if (this.#isStale && this.#placed.pods) {
      await this.#leavePods();
      this.#isStale = false;
    } else if (this.#placed.control && !control) await this.#leaveControl();
    else if (this.#placed.pods && !pods) await this.#leavePods();
    else if (this.#placed.volumes && !volumes) await this.#leaveVolumes();
    else if (!this.#placed.volumes && volumes) this.#takeVolumes();
    else if (!this.#placed.control && control) await this.#takeControl();
    else if (!this.#placed.pods && pods) await this.#takePods();
    else return true;
    return false;
  }

  #takeVolumes(): void {
    this.#placed = { ...this.#placed, volumes: true };
    this.#of.supervisor.run(this.#of.volumes);
  }

  async #leaveVolumes(): Promise<void> {
    await this.#of.supervisor.stop(this.#of.volumes.name);
    this.#placed = { ...this.#placed, volumes: false };
  }

  async #takePods(): Promise<void> {
    const { site, folders, mtu, pods } = this.#of;
    const worker = workerHere(site);
    this.#placed = { ...this.#placed, pods: true };
    if (!this.#podsRunOn) forgetPods(folders.machineAgent(worker.name));
    this.#podsRunOn = false;
    await ensureCable(site, worker, { mtu });
    for (const declaration of pods) this.#of.supervisor.run(declaration);
  }

  async #leavePods(): Promise<void> {
    const { site, pods, supervisor } = this.#of;
    await removeCable(site, workerHere(site));
    await Promise.all(pods.map(({ name }) => supervisor.stop(name)));
    this.#placed = { ...this.#placed, pods: false };
  }

  async #takeControl(): Promise<void> {
    const { site, folders, mtu, control, supervisor } = this.#of;
    this.#placed = { ...this.#placed, control: true };
    await Promise.all([ensureCable(site, masterOf(site), { mtu }), setDoorAddress(site, 'here')]);
    this.#announce();
    writeFileAtomic(folders.controlMark, '');
    for (const declaration of control) supervisor.run(declaration);
    this.#of.controlIs(true);
  }

  async #leaveControl(): Promise<void> {
    const { site, folders, control, supervisor } = this.#of;
    removeTree(folders.controlMark);
    this.#of.controlIs(false);
    await Promise.all([removeCable(site, masterOf(site)), setDoorAddress(site, 'elsewhere')]);
    await Promise.all(control.map(({ name }) => supervisor.stop(name)));
    this.#placed = { ...this.#placed, control: false };
  }

  #announce(): void {
    const { site } = this.#of;
    const master = masterOf(site);
    announceAddress({ address: site.network.doorAddress, device: switchName(site) });
    for (const address of [site.network.apiAddress, master.address])
      announceAddress({ address, device: 'eth0', in: { site, machine: master } });
  }
}

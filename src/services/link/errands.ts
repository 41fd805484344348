// What is done over an open link beside heartbeats: the desired state is fetched, applied and reported, and the journal is delivered.
// One round at a time; what fails is tried again after the next heartbeat.
import { messageOf, WorldError } from '#base';
import { DESIRED_BYTES_MAX, type DesiredState, type JournalDelivery, LINK_PATHS } from '#model/link';
import type { Log } from '#platform/log';
import type { Uplink } from '#platform/uplink';
import type { LinkParts } from './contract.ts';
import type { BeatAnswer } from './heartbeat.ts';
import { answerFields, HubRefused, isCount } from './hub-answer.ts';
import { ANSWER_BYTES_MAX, BULK_ANSWER_MS_MAX, DELIVERIES_A_TURN } from './limits.ts';

type Sources = Pick<LinkParts, 'journal' | 'desired' | 'asked'> & { readonly log: Log };

export class Errands {
  readonly #of: Sources;
  #round: Promise<void> | undefined;

  constructor(of: Sources) {
    this.#of = of;
  }

  /** Begins a round unless one is under way. */
  begin(uplink: Uplink, answer: BeatAnswer): void {
    if (this.#round) return;
    const { log } = this.#of;
    const tell = (what: string) => (error: unknown) => log.warn(what, { error: messageOf(error) });
    this.#round = this.#fetchDesired(uplink, answer.desired)
      .catch(tell('the desired state waits'))
      .then(() => this.#of.asked?.(answer.requests))
      .then(() => this.#deliver(uplink, answer))
      .catch(tell('the journal waits'))
      .finally(() => {
        this.#round = undefined;
      });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#round;
  }

  async #fetchDesired(uplink: Uplink, newest: number): Promise<void> {
    const { desired } = this.#of;
    if (!desired) return;
    if (desired.isNew(newest)) {
      const answer = await uplink.request({
        method: 'GET',
        path: `${LINK_PATHS.desired}?after=${desired.applied()}`,
        answerBytesMax: DESIRED_BYTES_MAX + ANSWER_BYTES_MAX,
        answerMsMax: BULK_ANSWER_MS_MAX,
      });
      if (answer.status !== 304) await desired.apply(answerFields(answer) as unknown as DesiredState);
    }
    const report = desired.untold();
    if (!report) return;
    await this.#post(uplink, LINK_PATHS.report, report);
    desired.told(report);
  }

  async #deliver(uplink: Uplink, { journal: positions }: BeatAnswer): Promise<void> {
    const { journal } = this.#of;
    if (!journal) return;
    journal.positions(positions);
    for (let turn = 0; turn < DELIVERIES_A_TURN; turn++) {
      const delivery = await journal.next();
      if (!delivery) return;
      const acknowledged = await this.#deliverOne(uplink, delivery);
      if (acknowledged === undefined) journal.gap(delivery.stream);
      else journal.acknowledged(delivery.stream, acknowledged);
    }
  }

  /** How far the hub is then; undefined when it lacks what comes before. */
  async #deliverOne(uplink: Uplink, delivery: JournalDelivery): Promise<number | undefined> {
    try {
      const { acknowledged } = await this.#post(uplink, LINK_PATHS.journal, delivery);
      if (isCount(acknowledged)) return acknowledged;
      throw new WorldError('Unsupported', 'the hub does not say what it keeps of a delivery');
    } catch (error) {
      if (error instanceof HubRefused && error.refusal.code === 'Gap') return undefined;
      throw error;
    }
  }

  async #post(uplink: Uplink, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const [answerBytesMax, answerMsMax] = [ANSWER_BYTES_MAX, BULK_ANSWER_MS_MAX];
    return answerFields(
      await uplink.request({ method: 'POST', path, body: JSON.stringify(body), answerBytesMax, answerMsMax }),
    );
  }
}

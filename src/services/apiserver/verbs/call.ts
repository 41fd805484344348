// What a verb is given: who calls, on what, and the core that all verbs work on.
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Entry, Store } from '#store';
import type { ServiceAddresses } from '../addresses/service-addresses.ts';
import type { AdmissionPlugin, UserInfo } from '../contract.ts';
import type { ObjectIndex } from '../objects/object-index.ts';
import type { ResourceRegistry } from '../objects/resource-registry.ts';
import type { ServedResource } from '../objects/served-resource.ts';

export type ObjectEntry = Entry<ObjectIndex>;
export type ObjectStore = Store<ObjectIndex>;

/** What all verbs share. */
export interface Core {
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  readonly admission: readonly AdmissionPlugin[];
  readonly addresses: ServiceAddresses;
  readonly clock: Clock;
  readonly log: Log;
}

/** One object, or with an empty name one collection, and who is at it. */
export interface Call {
  readonly user: UserInfo;
  readonly resource: ServedResource;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Told of everything the client should hear without being refused. */
  warn(message: string): void;
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface WriteCallOptions {
  readonly dryRun: boolean;
  /** Who the change is by, for managedFields: the `fieldManager` parameter, or the first word of the user agent. */
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** Paths of fields that the body gave twice. */
  readonly duplicateFields?: readonly string[];
  /** The object carries its managedFields already (server-side apply that creates). */
  readonly applied?: boolean;
}

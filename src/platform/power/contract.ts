// What is known of a node's management controller, and what can be asked of it.

/** A controller that speaks Redfish (DMTF DSP0266). */
export interface RedfishController {
  readonly kind: 'redfish';
  readonly address: string;
  readonly port?: number;
  readonly user: string;
  readonly password: string;
  /** The node's resource, where the controller has more than one: "/redfish/v1/Systems/1". */
  readonly system?: string;
  /** File with the certificate, or the authority, that it must show: the password goes to nobody else. `unverified`: to whoever answers. */
  readonly certificate: { readonly file: string } | 'unverified';
}

/** A controller that speaks IPMI 2.0 over the network (RMCP+). */
export interface IpmiController {
  readonly kind: 'ipmi';
  readonly address: string;
  readonly port?: number;
  readonly user: string;
  readonly password: string;
  /** Number of the cipher suite; absent: the best of those that the controller says it has, which costs it a question more. */
  readonly cipher?: number;
}

export type PowerController = RedfishController | IpmiController;

/** Errors of both: WorldError `Unavailable` when the controller cannot be asked or does not do it, `NotFound` when the program that asks
 * is missing, `Invalid` when it cannot be told this way. Whoever gets one does not know whether the power is off. */
export interface Power {
  /** Resolves once the power was cut and is seen to be off. */
  cut(): Promise<void>;
  state(): Promise<'on' | 'off'>;
}

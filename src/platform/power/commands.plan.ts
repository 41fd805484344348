// Decides which program asks a controller, with what. No password is ever an argument, which every user of the machine can read.
// Sources: fence_redfish(8), ipmitool(1).
import { WorldError } from '#base';
import type { IpmiController, PowerController, RedfishController } from './contract.ts';
import { IPMI_PATIENCE } from './limits.ts';

export type PowerAction = 'off' | 'status';

export interface PowerCommand {
  readonly program: string;
  /** The Debian package that has it. */
  readonly from: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
}

export function powerCommand(controller: PowerController, action: PowerAction, cutMs: number): PowerCommand {
  for (const text of [controller.address, controller.user, controller.password])
    if (/[\n\r\0]/.test(text))
      throw new WorldError('Invalid', 'an address, a user and a password are one line each', {
        attempted: 'ask a management controller',
      });
  return controller.kind === 'redfish' ? redfish(controller, action, cutMs) : ipmi(controller, action);
}

/** Options on standard input; a pair of quotes around a value is taken off there, and keeps spaces at its ends. */
function redfish(controller: RedfishController, action: PowerAction, cutMs: number): PowerCommand {
  const { address, port = 443, user, password, system, certificate } = controller;
  const options = {
    action,
    ip: address,
    ipport: port,
    username: user,
    password,
    ...(system !== undefined && { systems_uri: system }),
    ...(certificate === 'unverified' && { ssl_insecure: 1 }),
    power_timeout: Math.ceil(cutMs / 1000),
  };
  const lines = Object.entries(options).map(([name, value]) => `${name}="${value}"\n`);
  const env: Record<string, string> = certificate === 'unverified' ? {} : { REQUESTS_CA_BUNDLE: certificate.file };
  return { program: 'fence_redfish', from: 'fence-agents', args: [], env, input: lines.join('') };
}

/** The agent for IPMI hands the password to this very program as an argument, so the program is asked without it. */
function ipmi({ address, port = 623, user, password, cipher }: IpmiController, action: PowerAction): PowerCommand {
  const to = ['-I', 'lanplus', '-H', address, '-p', String(port), '-U', user, '-E'];
  const how = [...IPMI_PATIENCE, ...(cipher === undefined ? [] : ['-C', String(cipher)])];
  const args = [...to, ...how, 'chassis', 'power', action];
  return { program: 'ipmitool', from: 'ipmitool', args, env: { IPMI_PASSWORD: password }, input: '' };
}

/** What a controller is told to be, from what its program printed. Exit codes are not asked: 2 is "off" and "wrong options" alike. */
export function powerStateIn(kind: PowerController['kind'], printed: string): 'on' | 'off' | undefined {
  const pattern = kind === 'redfish' ? /^Status: (ON|OFF)$/m : /^Chassis Power is (on|off)$/m;
  const state = pattern.exec(printed)?.[1]?.toLowerCase();
  return state === 'on' || state === 'off' ? state : undefined;
}

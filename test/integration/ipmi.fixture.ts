// A management controller that speaks IPMI 2.0: the simulator of OpenIPMI, whose chassis is a script with a file for the power.
// Source: ipmi_lan(5), ipmi_sim(1).
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';

export interface Ipmi {
  readonly port: number;
  isOn(): boolean;
  /** Arguments of everything that ran when the power was cut. */
  seenArguments(): string[];
  stop(): Promise<void>;
}

/** A UDP port that was free a moment ago. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

const CHASSIS = `#!/bin/sh
file=$1
shift
case "$1 $2" in
  'get power') echo "power:$(cat "$file")" ;;
  'set power') cat /proc/[0-9]*/cmdline > "$file.seen" 2> /dev/null; echo "$3" > "$file" ;;
esac
`;

const EMULATED = `mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
mc_enable 0x20
`;

export async function startIpmi(of: { folder: string; user: string; password: string }): Promise<Ipmi> {
  const at = (name: string): string => path.join(of.folder, name);
  const port = await freeUdpPort();
  const lan = `name "bmc"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.1 ${port}
    priv_limit admin
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  chassis_control "${at('chassis.sh')} ${at('power')}"
  user 2 true "${of.user}" "${of.password}" admin 10 none md2 md5 straight
`;
  fs.mkdirSync(at('ipmi-state'));
  fs.writeFileSync(at('power'), '1\n');
  fs.writeFileSync(at('chassis.sh'), CHASSIS, { mode: 0o700 });
  fs.writeFileSync(at('lan.conf'), lan);
  fs.writeFileSync(at('bmc.emu'), EMULATED);
  const args = ['-n', '-c', at('lan.conf'), '-f', at('bmc.emu'), '-s', at('ipmi-state')];
  const simulator = spawn('ipmi_sim', args, { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(simulator, 'exit');
  await once(simulator, 'spawn');
  return {
    port,
    isOn: () => fs.readFileSync(at('power'), 'utf8') === '1\n',
    seenArguments: () => fs.readFileSync(at('power.seen'), 'utf8').split('\0'),
    stop: async () => {
      simulator.kill('SIGKILL');
      await ended;
    },
  };
}

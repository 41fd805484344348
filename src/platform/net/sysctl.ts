// Kernel settings of a network namespace (/proc/sys/net is that of the reader's namespace).
import fs from 'node:fs';
import { runProgram } from './run-ip.ts';

const fileOf = (name: string): string => `/proc/sys/${name.replaceAll('.', '/')}`;

export function sysctlRead(name: string): string {
  return fs.readFileSync(fileOf(name), 'utf8').trim();
}

export function sysctlWrite(name: string, value: string): void {
  fs.writeFileSync(fileOf(name), value);
}

/** Sets several in a namespace, by its path; those that this kernel does not have are left out. */
export async function sysctlWriteIn(namespacePath: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const script = Object.entries(settings)
    .map(([name, value]) => `[ ! -e ${fileOf(name)} ] || echo ${value} > ${fileOf(name)}`)
    .join('; ');
  await runProgram('nsenter', [`--net=${namespacePath}`, '--', 'sh', '-c', script]);
}

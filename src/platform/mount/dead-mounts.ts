// Whether a process sees file systems whose server has ended: what is asked of them fails for good. Source: proc_pid_mountinfo(5), fuse(4).
import fs from 'node:fs';
import { systemCodeOf } from '#base';

const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** Where file systems of a type, such as fuse.glusterfs, are mounted as the process sees it; none when it is gone. */
function mountsSeenBy(pid: number, type: string): string[] {
  try {
    return fs
      .readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
      .split('\n')
      .filter((line) => line.includes(` - ${type} `))
      .map((line) => unescaped(line.split(' ')[4] ?? ''));
  } catch {
    return [];
  }
}

/** True when one of them has no server any more. Asks the file system, which may take a while when its server hangs. */
export async function seesDeadMount(pid: number, type: string): Promise<boolean> {
  for (const point of mountsSeenBy(pid, type))
    try {
      await fs.promises.stat(`/proc/${pid}/root${point}`);
    } catch (error) {
      if (systemCodeOf(error) === 'ENOTCONN') return true;
    }
  return false;
}

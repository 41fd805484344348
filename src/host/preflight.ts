// What must hold before a site with containers can be brought up on this machine.
import { WorldError } from '#base';
import { openCgroups } from '#platform/cgroup';
import { mayMakeNamespaces } from '#platform/net';
import { findProgram, isRoot } from '#platform/process';

const PROGRAMS: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  nft: 'nftables',
  ip: 'iproute2',
  nsenter: 'util-linux',
  arping: 'iputils-arping',
  catatonit: 'catatonit',
};
const INSTEAD = 'or bring the site up without containers: holdfast up --runtime simulated';

/** `more`: further programs with their packages. Errors: WorldError `Denied` (no root, no namespaces), `Unsupported` (no control groups, missing programs). */
export async function checkContainersPossible(more: Readonly<Record<string, string>> = {}): Promise<void> {
  if (!isRoot())
    throw new WorldError('Denied', 'containers, namespaces and networks need root', {
      cure: `run this as root (sudo holdfast up), ${INSTEAD}`,
    });
  const missing = Object.entries({ ...PROGRAMS, ...more }).filter(([program]) => !findProgram(program));
  if (missing.length > 0)
    throw new WorldError('Unsupported', `missing programs: ${missing.map(([program]) => program).join(', ')}`, {
      cure: `apt-get install -y --no-install-recommends ${missing.map(([, pack]) => pack).join(' ')}; ${INSTEAD}`,
    });
  openCgroups();
  if (!(await mayMakeNamespaces()))
    throw new WorldError('Denied', 'this machine does not let us make network namespaces', {
      cure: `run outside of a restricted container, ${INSTEAD}`,
    });
}

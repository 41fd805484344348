// Finds the processes of a site by what they were started with, for when the record of them is damaged.
import { GUARD_NAME, type SiteFolders } from '#model/site';
import { argumentsOf, type ProcessIdentity, runningIdentities } from '#platform/process';

const OUR_APPS = /\/(kube|node|services)\.mjs$/;
const OUR_SCRIPTS = ['watchdog.pl'];

function nameOf(argv: readonly string[], folders: SiteFolders): string | undefined {
  const after = (option: string): string | undefined => argv[argv.indexOf(option) + 1];
  if (argv[0]?.endsWith('containerd') && after('--config')?.startsWith(`${folders.run}/`)) return 'containerd-';
  if (argv[0]?.endsWith('etcd') && after('--data-dir') === folders.etcd) return 'etcd-';
  if (OUR_SCRIPTS.some((script) => argv.includes(`${folders.run}/${script}`))) return 'watchdog-';
  if (argv[1] === folders.guardScript) return `${GUARD_NAME}-`;
  const app = argv.map((argument) => OUR_APPS.exec(argument)?.[1]).find(Boolean);
  return app && argv.includes('--data') && after('--data') === folders.data ? `${app}-` : undefined;
}

/** Every process of the site but holdfastd, under a name that begins with what it is. */
export function strayProcesses(folders: SiteFolders): Record<string, ProcessIdentity> {
  return Object.fromEntries(
    runningIdentities().flatMap((identity) => {
      const name = nameOf(argumentsOf(identity.pid), folders);
      return name ? [[`${name}${identity.pid}`, identity]] : [];
    }),
  );
}

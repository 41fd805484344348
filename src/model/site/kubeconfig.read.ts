// Reads a kubeconfig that `kubeconfigText` wrote; no other.
import { WorldError } from '#base';

export interface KubeconfigFacts {
  readonly server: string;
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

/** Errors: WorldError `Corrupt`. */
export function kubeconfigRead(text: string): KubeconfigFacts {
  const value = (key: string): string => {
    const found = new RegExp(`^ +${key}: (\\S+)$`, 'm').exec(text)?.[1];
    if (found === undefined) throw new WorldError('Corrupt', `the kubeconfig lacks ${key}`, { subject: key });
    return found;
  };
  return {
    server: value('server'),
    caPem: atob(value('certificate-authority-data')),
    certPem: atob(value('client-certificate-data')),
    keyPem: atob(value('client-key-data')),
  };
}

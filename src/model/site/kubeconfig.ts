// The text of a kubeconfig. Source: Kubernetes, client authentication, v1 Config (clientcmd).

const base64 = (pem: string): string => btoa(pem);

/** A kubeconfig for one user with a client certificate; cluster `kubernetes`, context `<user>@kubernetes`. */
export function kubeconfigText(of: {
  readonly server: string;
  readonly user: string;
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}): string {
  const context = `${of.user}@kubernetes`;
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    '- name: kubernetes',
    '  cluster:',
    `    certificate-authority-data: ${base64(of.caPem)}`,
    `    server: ${of.server}`,
    'contexts:',
    `- name: ${context}`,
    '  context:',
    '    cluster: kubernetes',
    `    user: ${of.user}`,
    `current-context: ${context}`,
    'preferences: {}',
    'users:',
    `- name: ${of.user}`,
    '  user:',
    `    client-certificate-data: ${base64(of.certPem)}`,
    `    client-key-data: ${base64(of.keyPem)}`,
    '',
  ].join('\n');
}

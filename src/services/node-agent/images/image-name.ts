// Image names in their full form. Source: OCI distribution reference grammar; Kubernetes, "Images", image names.

/** "busybox" -> "docker.io/library/busybox:latest"; digests and registries stay. */
export function fullImageName(image: string): string {
  const [beforeDigest = '', digest] = image.split('@');
  const first = beforeDigest.split('/')[0] ?? '';
  const hasRegistry = beforeDigest.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? beforeDigest : `docker.io/${beforeDigest.includes('/') ? '' : 'library/'}${beforeDigest}`;
  const hasTag = path.slice(path.lastIndexOf('/')).includes(':');
  if (digest) return `${hasTag ? path.slice(0, path.lastIndexOf(':')) : path}@${digest}`;
  return hasTag ? path : `${path}:latest`;
}

/** Whether a name can be one of an image. */
export function isImageName(image: string): boolean {
  return /^[a-zA-Z0-9]([a-zA-Z0-9._:-]*[a-zA-Z0-9])?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[\w][\w.-]{0,127})?(@[a-z0-9+._-]+:[0-9a-fA-F]{32,})?$/.test(
    image,
  );
}

/** The policy when the pod names none. */
export function pullPolicyOf(image: string, policy: string | undefined): string {
  if (policy) return policy;
  return fullImageName(image).endsWith(':latest') ? 'Always' : 'IfNotPresent';
}

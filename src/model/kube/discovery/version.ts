// The document of /version. Source: Kubernetes API, version.Info.

/** `gitVersion` such as "v1.36.0+holdfast.1". */
export function versionDocument(gitVersion: string): object {
  const [, major = '', minor = ''] = /^v([0-9]+)\.([0-9]+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'node',
    platform: 'linux/amd64',
  };
}

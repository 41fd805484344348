// Renders the configuration of one machine's containerd: its own folders and socket, runc, the machine's pod network and
// registry, and the settings without which it does not run where capabilities are missing or several run side by side.
// Source: containerd 1.6 CRI plug-in configuration guide.

export interface ContainerdConfigOptions {
  /** Persistent data: content, snapshots. */
  readonly root: string;
  /** State that a reboot may lose. */
  readonly state: string;
  readonly socket: string;
  /** The pause image, which must be present or to be had from the registry. */
  readonly sandboxImage: string;
  readonly cniBinFolder: string;
  readonly cniConfigFolder: string;
  /** Holds `<host>/hosts.toml` and `_default/hosts.toml`. */
  readonly registryConfigFolder: string;
  /** An existing cgroup for the shims, in every hierarchy; without it shims stay in containerd's own. */
  readonly shimCgroup?: string;
  readonly runcBinary?: string;
  /** Where exec and attach streams are served; reached by the node agent only. */
  readonly streamAddress?: string;
}

const UNUSED_PLUGINS = [
  'io.containerd.snapshotter.v1.aufs',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.zfs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.internal.v1.opt',
  'io.containerd.tracing.processor.v1.otlp',
  'io.containerd.internal.v1.tracing',
];

/** The text of a containerd `config.toml`. */
export function containerdConfig(options: ContainerdConfigOptions): string {
  const text = (value: string): string => JSON.stringify(value);
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = ${text(options.root)}
state = ${text(options.state)}
oom_score = 0
imports = []
disabled_plugins = [${UNUSED_PLUGINS.map(text).join(', ')}]

[grpc]
  address = ${text(options.socket)}

[metrics]
  address = ""

[${cri}]
  sandbox_image = ${text(options.sandboxImage)}
  disable_apparmor = true
  enable_selinux = false
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  max_container_log_line_size = 16384
  stream_server_address = ${text(options.streamAddress ?? '127.0.0.1')}
  stream_server_port = "0"
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true

[${cri}.containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"
  discard_unpacked_layers = false

[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
  BinaryName = ${text(options.runcBinary ?? '/usr/sbin/runc')}
  SystemdCgroup = false
${options.shimCgroup ? `  ShimCgroup = ${text(options.shimCgroup)}\n` : ''}
[${cri}.cni]
  bin_dir = ${text(options.cniBinFolder)}
  conf_dir = ${text(options.cniConfigFolder)}

[${cri}.registry]
  config_path = ${text(options.registryConfigFolder)}
`;
}

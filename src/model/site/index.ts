// The door of the site model.
export {
  type AccessAnswer,
  type AccessRequest,
  type ListedCertificate,
  type ListedUser,
  type RenewedCertificate,
  USER_LIFE_MS,
  USER_ROLES,
  type UserGrant,
  type UserRole,
} from './access.ts';
export {
  type AddressRange,
  addressRangeParse,
  FIRST_MACHINE_HOST,
  hostAddress,
  LOOPBACK_NETWORK,
  type NetworkChoice,
  planNetwork,
  type TakenRange,
} from './addresses.ts';
export { type Alone, departed, siteAlone, uplinkOf } from './alone.ts';
export { cgroupRoot, controlCgroup, machineCgroup } from './cgroup-names.ts';
export type { ClockDoubtKind, ClockStatus, TimeSource } from './clock.ts';
export {
  CONNECTIVITY_MODES,
  type ConnectivityMode,
  isLegalPair,
  PLANES,
  type Plane,
  type Standing,
} from './connectivity.ts';
export {
  DRILL_MS_MAX,
  DRILL_NAMES,
  DRILL_NAMESPACE,
  type DrillName,
  type DrillOwner,
  type DrillRecord,
  type DrillReport,
  type DrillStep,
  isPairDrill,
  type PairDrillName,
} from './drill.ts';
export { dataPathProblem, GUARD_NAME, type SiteFolders, siteFolders } from './folders.ts';
export {
  type ForecastBreach,
  type ForecastSum,
  type LossForecast,
  type PairForecast,
  type SiteForecast,
  siteForecast,
  type UnfitPod,
} from './forecast.ts';
export type { KubeOrder, KubeSaid } from './kube-order.ts';
export { type KubeconfigFacts, kubeconfigRead } from './kubeconfig.read.ts';
export { kubeconfigText } from './kubeconfig.ts';
export { DISK_LOW_BYTES, PODS_PER_MACHINE } from './limits.ts';
export type * from './link-status.ts';
export {
  domainProblem,
  doorNames,
  NODE_NAME,
  registryHosts,
  siteNameProblem,
} from './naming.ts';
export {
  cableName,
  controlLinkName,
  namespaceName,
  namespacePath,
  namespacePrefix,
  switchName,
} from './network-names.ts';
export { type NodeRestart, type NodeRestartStep, REBALANCE_OWED } from './node-restart.ts';
export {
  addressBetween,
  type Pair,
  type PairVoter,
  planPair,
  voterOf,
  votersOf,
  WITNESS_NAME,
} from './pair.ts';
export { CONTROL_LINK, VOTER_PORTS } from './pair-network.ts';
export {
  machinesHere,
  masterOf,
  nodeAddress,
  ownNode,
  rootId,
  siteOn,
  workerHere,
} from './placement.ts';
export type { PlaneStatus } from './plane-status.ts';
export { PROTOCOL_VERSION, type SupervisorAnswer, type SupervisorRequest } from './protocol.ts';
export type { RegistryAccount, RegistryAccounts } from './registry-access.ts';
export { REPLICATED_CLASS, REPLICATED_DRIVER, REPLICATED_FINALIZER, registryContent } from './replicated.ts';
export { grantNamespaceProblem, userNameProblem } from './reserved-names.ts';
export { SERVICES_PROTOCOL_VERSION, type ServicesAnswer, type ServicesRequest } from './services-protocol.ts';
export {
  SETTINGS,
  type Setting,
  type SettingValue,
  type SiteSettings,
  settingNamed,
  settingNow,
  settingsParse,
  settingText,
  settingValue,
} from './settings.ts';
export {
  type Cluster,
  DATA_FORMAT_VERSION,
  DEFAULT_PORTS,
  DEVICE_CLUSTER,
  type Machine,
  type MachineRole,
  NODE_PORT_RANGE,
  type Runtime,
  type Site,
  type SiteNetwork,
  type SitePorts,
  SOFTWARE_BORN_MS,
  SOFTWARE_VERSION,
} from './site.ts';
export { type MachineSize, type NodeCapacity, planSizing, type Sizing } from './sizing.ts';
export type * from './status.ts';
export { refusalTable, tableName, volumesTable } from './table-names.ts';
export type { ClusterUsage, UsageSum } from './usage.ts';

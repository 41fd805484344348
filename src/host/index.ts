// The door of the host room.
export { askAccess } from './access.ts';
export type { BringUp, BroughtUp } from './bring-up.contract.ts';
export { bringUp } from './bring-up.ts';
export type { PortChoice } from './create-site.ts';
export { drillOutlook } from './drill/pair/outlook.ts';
export { type DrillRun, runDrill } from './drill/run-drill.ts';
export { followLines } from './follow.ts';
export { askHub, callHub, type HubQuestion } from './hub/hub-call.ts';
export { type OpenedHub, openHub } from './hub/hub-file.ts';
export { hubDown, hubStatus } from './hub/hub-process.ts';
export { type HubIsUp, hubUp } from './hub/hub-up.ts';
export {
  archiveBytes,
  imageDelete,
  imageImport,
  imageList,
  imagePin,
  type RegistryAccess,
  registryAccess,
  registryCa,
} from './images.ts';
export { mendLab } from './lab/lab-faults.ts';
export { leaveLab } from './lab/leave-lab.ts';
export { READY_TIMEOUT_MS_DEFAULT } from './limits.ts';
export { linkConditions } from './link-conditions.ts';
export { type NodeForecast, nodeForecast } from './node-forecast.ts';
export { restartNodes } from './node-restart.ts';
export { tellRefusal } from './refusals.ts';
export { ensureRegistryAccounts } from './registry-accounts.ts';
export { installUnit, uninstallUnit } from './service-unit.ts';
export type { SiteWishes } from './site.plan.ts';
export { clockOfFolder, clockOfSite, confirmClock } from './site-clock.ts';
export { foldersOf, kubeconfigOf, loggedProcesses, type OpenedSite, openSite, siteIfPresent } from './site-file.ts';
export { askLink, type LinkAsked, siteLink } from './site-link.ts';
export { askPlane, sitePlane } from './site-plane.ts';
export { changeSettings, siteSettings } from './site-settings.ts';
export { type SiteStanding, siteStanding, standingConditions } from './site-standing.ts';
export { siteOutline, siteStatus } from './site-status.ts';
export type { Program } from './start-supervisor.ts';
export { strayProcesses } from './stray-processes.ts';
export { callSupervisor } from './supervisor-call.ts';
export { destroySite, takeDown } from './take-down.ts';
export { endPods } from './tear-down.ts';
export { siteUsage } from './usage.ts';

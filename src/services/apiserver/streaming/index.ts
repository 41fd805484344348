// What the API server uses of this folder.
export type { ProxyTarget, ProxyTls } from './proxy-error.ts';
export { proxyRequest, proxyToWebSocket } from './proxy-request.ts';
export { answerUpgradeError, type ProxyUpgrade, proxyUpgrade } from './proxy-upgrade.ts';

// What the API server uses of this folder.
export { type ProxiedAnswer, type ProxiedRequest, proxyRequest, proxyToWebSocket } from './proxy-request.ts';
export { answerUpgradeError, type ProxyUpgrade, proxyUpgrade } from './proxy-upgrade.ts';
export type { ProxyTarget, ProxyTls } from './target.ts';

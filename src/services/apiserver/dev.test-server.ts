// Runs a trial API server until it is told to stop, and writes a kubeconfig for its administrator:
//   sh scripts/node.sh src/services/apiserver/dev.test-server.ts <kubeconfig to write> [port]
import { writeFileAtomic } from '#platform/disk';
import { jsonLog } from '#platform/log';
import { startTrialServer } from './trial-server.fixture.ts';

const [file, port = '0'] = process.argv.slice(2);
if (!file) {
  console.error('usage: dev.test-server.ts <kubeconfig to write> [port]');
  process.exit(2);
}
const trial = await startTrialServer({ port: Number(port), log: jsonLog({ component: 'apiserver' }) });
writeFileAtomic(file, await trial.kubeconfig('admin', ['system:masters']));
console.log(`${trial.url} pid ${process.pid}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void trial.stop().then(() => process.exit(0)));

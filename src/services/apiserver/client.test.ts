// Runs the client suite on both clients, against one kind of server.
import { httpClient } from '#client';
import { systemClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { clientConformance } from './client.conformance.ts';
import { startTrialServer } from './trial-server.fixture.ts';

const MASTERS = ['system:masters'];

clientConformance('in process', async () => {
  const trial = await startTrialServer();
  return { client: trial.server.client({ name: 'tester', groups: MASTERS }), close: () => trial.stop() };
});

clientConformance('over HTTP', async () => {
  const trial = await startTrialServer();
  const identity = await trial.clientCertificate('tester', MASTERS);
  const options = { server: trial.url, caPem: trial.caPem, userAgent: 'suite/1', clock: systemClock, log: memoryLog() };
  const client = httpClient({ ...options, ...identity });
  return {
    client,
    close: async () => {
      client.close();
      await trial.stop();
    },
  };
});

// A management controller that speaks Redfish: one system whose power can be seen and cut. Source: DMTF DSP0266, ComputerSystem.Reset.
import fs from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { issueCertificate, newKeyPem } from '#platform/x509';

const SYSTEM = '/redfish/v1/Systems/1';
const RESET = `${SYSTEM}/Actions/ComputerSystem.Reset`;
const HOUR_MS = 3_600_000;

export interface Redfish {
  readonly port: number;
  /** File with the certificate that it shows. */
  readonly certificate: string;
  powerState: 'On' | 'PoweringOff' | 'Off';
  /** What it was told, in order. */
  readonly resets: string[];
  /** Takes orders, and does nothing. */
  isStuck: boolean;
  /** Passwords were sent to it. */
  heardPassword: boolean;
  /** Called at each request. */
  onRequest: () => void;
  close(): Promise<void>;
}

export async function startRedfish(of: { folder: string; user: string; password: string }): Promise<Redfish> {
  const keyPem = newKeyPem();
  const now = Date.now();
  const life = { notBeforeMs: now - HOUR_MS, notAfterMs: now + HOUR_MS };
  const certPem = await issueCertificate({
    ...{ commonName: 'bmc', names: ['127.0.0.1'], use: 'server', keyPem },
    ...life,
  });
  const certificate = path.join(of.folder, 'bmc.pem');
  fs.writeFileSync(certificate, certPem);
  const expected = `Basic ${Buffer.from(`${of.user}:${of.password}`).toString('base64')}`;
  const resources = (): Record<string, unknown> => ({
    '/redfish/v1': { Systems: { '@odata.id': '/redfish/v1/Systems' } },
    '/redfish/v1/Systems': { Members: [{ '@odata.id': SYSTEM }] },
    [SYSTEM]: { PowerState: state.powerState, Actions: { '#ComputerSystem.Reset': { target: RESET } } },
  });
  const server = https.createServer({ key: keyPem, cert: certPem }, (request, response) => {
    state.onRequest();
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const { authorization } = request.headers;
    if (authorization) state.heardPassword = true;
    if (authorization !== expected) return send(401, { error: { code: 'Base.1.0.NoValidSession' } });
    if (request.method === 'GET') {
      const found = resources()[request.url ?? ''];
      // It takes until the next look.
      if (request.url === SYSTEM && state.powerState === 'PoweringOff') state.powerState = 'Off';
      return send(found ? 200 : 404, found ?? {});
    }
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const { ResetType } = JSON.parse(text) as { ResetType: string };
      state.resets.push(ResetType);
      if (request.url === RESET && ResetType === 'ForceOff' && !state.isStuck) state.powerState = 'PoweringOff';
      send(204, undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const state: Redfish = {
    ...{ port: (server.address() as AddressInfo).port, certificate, powerState: 'On', resets: [] },
    ...{ isStuck: false, heardPassword: false, onRequest: () => undefined },
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  return state;
}

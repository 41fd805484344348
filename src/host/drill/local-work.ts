// What a site does without its hub, at its own doors: Kubernetes is written and read, and the registry answers.
import { WorldError } from '#base';
import type { Finding } from '#engine/drill';
import { DRILL_NAMESPACE } from '#model/site';
import { http2Client, SHORT_PATIENCE } from '#platform/http';
import { registryAccess, registryCa } from '../images.ts';
import type { Drilling } from './drilling.ts';
import { openKubernetes } from './kubernetes-door.ts';

/** A namespace of the drill's own, which goes when everything is put back. */
export async function kubernetesWorks(drilling: Drilling): Promise<Finding> {
  const door = openKubernetes({ ...drilling, ...(drilling.site.pair && { patience: SHORT_PATIENCE }) });
  const below = `/api/v1/namespaces/${DRILL_NAMESPACE}/configmaps`;
  const value = String(drilling.clock.now());
  try {
    const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: DRILL_NAMESPACE } };
    const note = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'note-' }, data: { value } };
    // There already when this is tried again.
    await door.ask('POST', '/api/v1/namespaces', space).catch((error: unknown) => {
      if (!(error instanceof WorldError && error.code === 'Conflict')) throw error;
    });
    const { metadata } = await door.ask<{ metadata: { name: string } }>('POST', below, note);
    const { data } = await door.ask<{ data: { value: string } }>('GET', `${below}/${metadata.name}`);
    return data.value === value
      ? { holds: true, what: 'Kubernetes takes a write, and reads it back' }
      : { holds: false, what: 'Kubernetes reads something else than was written' };
  } finally {
    door.close();
  }
}

/** Signed in as whoever pushes: an answer that only the registry itself can give. */
export async function registryAnswers({ folders, clock }: Drilling): Promise<Finding> {
  const { address, user, password } = registryAccess(folders.data);
  const tls = { caPem: registryCa(folders.data) };
  const connection = http2Client({ origin: `https://${address}`, tls, clock });
  try {
    const authorization = `Basic ${btoa(`${user}:${password}`)}`;
    const { status } = await connection.request({ method: 'GET', path: '/v2/', headers: { authorization } });
    return {
      holds: status === 200,
      what: `the registry answers at ${address}${status === 200 ? '' : ` with ${status}`}`,
    };
  } finally {
    connection.close();
  }
}

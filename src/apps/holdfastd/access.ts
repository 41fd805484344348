// What holdfastd does about certificates and people when it is asked to.
import type { AccessAnswer, AccessRequest, Site, SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { type CertificateKeeper, listCertificates, type People, readUsers } from '#services/infrastructure';

export interface AccessVerbs {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly clock: Clock;
  readonly people: People;
  keeper(): CertificateKeeper;
}

const issued = (made: { kubeconfig: string; notAfter: string }): AccessAnswer => ({ kind: 'kubeconfig', ...made });
const done = (what: string): AccessAnswer => ({ kind: 'user-done', what });

/** Errors: WorldError as `keeper` and `people` say. */
export async function accessAnswer(of: AccessVerbs, request: AccessRequest): Promise<AccessAnswer> {
  const { people, site, folders, clock } = of;
  switch (request.verb) {
    case 'certificate-list': {
      const users = readUsers(folders.usersFile);
      return { kind: 'certificates', certificates: listCertificates({ site, folders, now: clock.now(), users }) };
    }
    case 'certificate-renew':
      return { kind: 'renewed', renewed: await of.keeper().renew(request) };
    case 'user-create':
      return issued(await people.create(request.name, request.lifeMs));
    case 'user-kubeconfig':
      return issued(await people.kubeconfig(request.name, request.lifeMs));
    case 'user-list':
      return { kind: 'users', users: await people.list() };
    case 'user-grant':
      return done(await people.grant(request.name, request));
    case 'user-revoke':
      return done(await people.revoke(request.name, request.namespace));
    case 'user-delete':
      return done(await people.delete(request.name));
  }
}

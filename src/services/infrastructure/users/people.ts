// The people of a site: gives them kubeconfigs, gives and takes rights in namespaces, and takes everything back by name. What
// shuts somebody out is a file, so it needs neither the link nor the API; a key of a person is handed out once and kept nowhere.
import { WorldError } from '#base';
import {
  grantNamespaceProblem,
  kubeconfigText,
  type ListedUser,
  type Site,
  type SiteFolders,
  USER_LIFE_MS,
  type UserGrant,
  userNameProblem,
} from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import { readCertificate } from '#platform/x509';
import { CERTIFICATES_PER_USER_MAX, USERS_MAX } from '../limits.ts';
import { issuePersonCertificate, markChanged, openPki } from '../pki.ts';
import type { Grants } from './grants.ts';
import { withoutPerson, withRoom } from './revocation.plan.ts';
import { type Person, readUsers, type UsersFile, writeUsers } from './users-file.ts';

/** What was done to whom, for the record. */
export interface AccessAct {
  readonly act: 'created' | 'kubeconfig-issued' | 'granted' | 'revoked' | 'deleted';
  readonly user: string;
  readonly message: string;
}

export interface People {
  /** Errors of all: WorldError `Invalid`, `NotFound`, `Conflict`, `Unavailable` when the API is needed and away. */
  create(name: string, lifeMs: number): Promise<IssuedKubeconfig>;
  kubeconfig(name: string, lifeMs: number): Promise<IssuedKubeconfig>;
  list(): Promise<ListedUser[]>;
  grant(name: string, grant: UserGrant): Promise<string>;
  revoke(name: string, namespace?: string): Promise<string>;
  delete(name: string): Promise<string>;
}

export interface IssuedKubeconfig {
  readonly kubeconfig: string;
  readonly notAfter: string;
}

export interface PeopleOptions {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly clock: Clock;
  readonly grants: Grants;
  record(act: AccessAct): void;
}

/** The record of people, with what reading and changing it asks for. */
interface PeopleRecord {
  read(): UsersFile;
  /** Errors: WorldError `NotFound`. */
  known(name: string): Person;
  put(person: Person): void;
  change(act: (users: UsersFile) => UsersFile): void;
  /** The access as a whole, taken back. */
  shutOut(person: Person): void;
}

function peopleRecord({ folders, clock }: PeopleOptions): PeopleRecord {
  const read = (): UsersFile => readUsers(folders.usersFile);
  const change: PeopleRecord['change'] = (act) => {
    writeUsers(folders.usersFile, withRoom(act(read()), clock.now()));
    markChanged(folders.pki);
  };
  const put = (person: Person): void =>
    change((users) => ({ ...users, users: [...users.users.filter(({ name }) => name !== person.name), person] }));
  return {
    read,
    change,
    put,
    known(name) {
      const person = read().users.find((user) => user.name === name);
      if (person) return person;
      throw new WorldError('NotFound', `the site has no user ${name}`, {
        cure: 'see who there is: holdfast user list',
      });
    },
    shutOut(person) {
      if (!person.revokedAt) put({ ...person, revokedAt: rfc3339(clock.now()) });
    },
  };
}

export function openPeople(of: PeopleOptions): People {
  const people = peopleRecord(of);
  return {
    ...kubeconfigs(of, people),
    ...rights(of, people),
    async list() {
      const given = await of.grants.list().catch(() => undefined);
      return people
        .read()
        .users.map((person) => listedUser(person, given?.get(person.name) ?? (given ? [] : null), of.clock.now()));
    },
    async delete(name) {
      const person = people.known(name);
      // Shut out first: this much holds whether the API answers or not.
      people.shutOut(person);
      await of.grants.revokeAll(name);
      people.change((record) => withoutPerson(record, name));
      of.record({ act: 'deleted', user: name, message: 'deleted, with every right that was granted here' });
      return `${name} is deleted, with every right that was granted here`;
    },
  };
}

/** A certificate of the person, known before it is handed out: what is not known cannot be listed. */
async function issue(
  of: PeopleOptions,
  people: PeopleRecord,
  { person, lifeMs }: { person: Person; lifeMs: number },
): Promise<IssuedKubeconfig> {
  const { site, folders, clock } = of;
  const { name } = person;
  if (person.certificates.length >= CERTIFICATES_PER_USER_MAX)
    throw new WorldError('Exhausted', `${name} was given ${CERTIFICATES_PER_USER_MAX} kubeconfigs already`, {
      cure: `end them all and begin anew: holdfast user delete ${name}`,
    });
  const now = clock.now();
  const pair = await issuePersonCertificate({ site, folders, now, name, notAfterMs: now + lifeMs });
  const facts = readCertificate(pair.certPem);
  const notAfter = rfc3339(facts.notAfterMs);
  const { serialNumber, fingerprint, issuer } = facts;
  const certificate = { serialNumber, fingerprint, issuer, notBefore: rfc3339(facts.notBeforeMs), notAfter };
  people.put({ ...person, certificates: [...person.certificates, certificate] });
  return { kubeconfig: kubeconfigOf(of, name, pair), notAfter };
}

function kubeconfigs(of: PeopleOptions, people: PeopleRecord): Pick<People, 'create' | 'kubeconfig'> {
  return {
    async create(name, lifeMs) {
      refuseName(name);
      refuseLife(lifeMs);
      const { users } = people.read();
      if (users.some((user) => user.name === name))
        throw new WorldError('Conflict', `the site has a user ${name} already`, {
          cure: `another kubeconfig for the same person: holdfast kubeconfig --user ${name}`,
        });
      if (users.length >= USERS_MAX)
        throw new WorldError('Exhausted', `the site has ${USERS_MAX} users already`, {
          cure: 'delete some who need no access any more: holdfast user delete NAME',
        });
      const person = { name, createdAt: rfc3339(of.clock.now()), certificates: [] };
      const issued = await issue(of, people, { person, lifeMs });
      of.record({ act: 'created', user: name, message: `created, with a kubeconfig until ${issued.notAfter}` });
      return issued;
    },
    async kubeconfig(name, lifeMs) {
      refuseLife(lifeMs);
      const person = people.known(name);
      if (person.revokedAt)
        throw new WorldError('Conflict', `the access of ${name} was taken back at ${person.revokedAt}`, {
          cure: `to let them in again: holdfast user delete ${name}, then holdfast user create ${name}`,
        });
      const issued = await issue(of, people, { person, lifeMs });
      of.record({ act: 'kubeconfig-issued', user: name, message: `a kubeconfig until ${issued.notAfter}` });
      return issued;
    },
  };
}

function rights({ grants, record }: PeopleOptions, people: PeopleRecord): Pick<People, 'grant' | 'revoke'> {
  const revokeIn = async (name: string, namespace: string): Promise<string> => {
    if (!(await grants.revoke(name, namespace)))
      throw new WorldError('NotFound', `${name} has no rights in ${namespace} that were granted here`, {
        cure: 'see who has which: holdfast user list',
      });
    record({ act: 'revoked', user: name, message: `no rights in ${namespace} any more` });
    return `${name} has no rights in ${namespace} any more`;
  };
  return {
    async grant(name, grant) {
      people.known(name);
      refuseNamespace(grant.namespace);
      await grants.grant(name, grant);
      const message = `${grant.role} in ${grant.namespace}`;
      record({ act: 'granted', user: name, message });
      return `${name} is ${message}`;
    },
    async revoke(name, namespace) {
      const person = people.known(name);
      if (namespace !== undefined) return revokeIn(name, namespace);
      people.shutOut(person);
      record({ act: 'revoked', user: name, message: 'access as a whole taken back' });
      return `${name} is shut out: every kubeconfig is refused, and what runs under one is cut`;
    },
  };
}

function kubeconfigOf(of: PeopleOptions, user: string, pair: { certPem: string; keyPem: string }): string {
  const { site, folders } = of;
  // People are mostly outside; the address that is for them answers on the machine itself too.
  const host = (site.runtime === 'containerd' ? site.outsideAddress : undefined) ?? site.network.apiAddress;
  return kubeconfigText({
    server: `https://${host}:${site.ports.api}`,
    user,
    caPem: openPki(folders.pki).anchor('kubernetes-servers'),
    ...pair,
  });
}

function refuseName(name: string): void {
  const problem = userNameProblem(name);
  if (problem) throw new WorldError('Invalid', `no user can be called ${name}: ${problem}`);
}

function refuseNamespace(namespace: string): void {
  const problem = grantNamespaceProblem(namespace);
  if (problem)
    throw new WorldError('Invalid', `no rights can be given in ${namespace}: it ${problem}`, {
      cure: 'grant rights in a namespace of your own: kubectl create namespace NAME',
    });
}

function refuseLife(lifeMs: number): void {
  if (lifeMs >= USER_LIFE_MS.least && lifeMs <= USER_LIFE_MS.most) return;
  throw new WorldError('Invalid', 'a kubeconfig lives from 1 hour to 365 days', { cure: 'give --hours or --days' });
}

function listedUser(person: Person, grants: readonly UserGrant[] | null, now: number): ListedUser {
  const ends = person.certificates.map(({ notAfter }) => Date.parse(notAfter)).filter((end) => end >= now);
  return {
    name: person.name,
    createdAt: person.createdAt,
    revokedAt: person.revokedAt ?? null,
    validUntil: ends.length > 0 && !person.revokedAt ? rfc3339(Math.max(...ends)) : null,
    grants,
  };
}

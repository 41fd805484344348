// Whether a person's certificate was taken back, for the API server. A damaged record never lets somebody in who was shut out: what
// was read last stays in force, and at a start without anything readable every person is refused (people have no groups in their
// certificates; the site's own programs and its administrator have).
import { messageOf } from '#base';
import type { Log } from '#platform/log';
import { type ShownCertificate, takenBack } from './revocation.plan.ts';
import { readUsers, type UsersFile } from './users-file.ts';

export interface Revocations {
  isRevoked(certificate: ShownCertificate): boolean;
  /** Reads the file again; answers whether anything changed. */
  reload(): boolean;
}

export function openRevocations(of: { file: string; log: Log }): Revocations {
  const { file, log } = of;
  let known: { text: string; isTakenBack: ReturnType<typeof takenBack> } | undefined;
  const reload = (): boolean => {
    let users: UsersFile;
    try {
      users = readUsers(file);
    } catch (error) {
      log.error('the record of users cannot be read; revocations stay as they were', { error: messageOf(error) });
      return false;
    }
    const text = JSON.stringify(users);
    if (text === known?.text) return false;
    known = { text, isTakenBack: takenBack(users) };
    return true;
  };
  reload();
  return {
    reload,
    isRevoked: (certificate) => (known ? known.isTakenBack(certificate) : certificate.organizations.length === 0),
  };
}

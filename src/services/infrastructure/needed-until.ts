// How long others may rest on what an authority has signed for them.
import { WorldError } from '#base';
import { ACCOUNT_TOKEN_LIFE_MS_MAX, type Line } from '#engine/certificates';
import { type SiteFolders, USER_LIFE_MS } from '#model/site';
import { readUsers } from './users/users-file.ts';

/** When the last credential ends that a line has given out until now; 0 when it gives none to others. */
export function neededUntilMs(line: Line, folders: SiteFolders, now: number): number {
  if (line === 'service-accounts') return now + ACCOUNT_TOKEN_LIFE_MS_MAX;
  if (line !== 'kubernetes-clients') return 0;
  try {
    const { users } = readUsers(folders.usersFile);
    return Math.max(
      0,
      ...users.flatMap(({ certificates }) => certificates.map(({ notAfter }) => Date.parse(notAfter))),
    );
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Corrupt') return now + USER_LIFE_MS.most;
    throw error;
  }
}

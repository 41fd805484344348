// Who this process is, for whoever is to notice when it is gone.
import { present } from '#base';
import { identityOf, type ProcessIdentity } from './identity.ts';

export const ownIdentity = (): ProcessIdentity => present(identityOf(process.pid), 'a process that asks runs');

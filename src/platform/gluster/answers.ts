// Whether glusterd answers at all: one remote procedure call that asks which programs it has, without the command line, for whoever
// looks after its process. Source: RFC 5531 (ONC RPC), sections 9 and 11; program GF_DUMP of GlusterFS.
import net from 'node:net';
import { WorldError } from '#base';

const CALL = 0;
const RPC_VERSION = 2;
const DUMP = { program: 123451501, version: 1, procedure: 1 } as const;
const XID = 1;

function dumpCall(): Buffer {
  const { program, version, procedure } = DUMP;
  // Neither credentials nor a verifier: flavour none, no bytes, twice.
  const words = [XID, CALL, RPC_VERSION, program, version, procedure, 0, 0, 0, 0];
  const message = Buffer.alloc(4 * (words.length + 1));
  message.writeUInt32BE(0x80000000 + 4 * words.length, 0);
  words.forEach((word, index) => {
    message.writeUInt32BE(word, 4 * (index + 1));
  });
  return message;
}

/** Resolves when glusterd on this socket answers, whatever it says; which may be never. Errors: WorldError `Unavailable`. */
export function glusterdAnswers(socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = net.connect({ path: socket });
    const fail = (cause: Error): void => {
      connection.destroy();
      reject(
        new WorldError('Unavailable', `nobody answers at ${socket}`, { attempted: 'ask', subject: socket, cause }),
      );
    };
    connection.once('connect', () => connection.write(dumpCall()));
    connection.once('error', fail);
    connection.once('close', () => fail(new Error('the connection was closed')));
    connection.once('data', () => {
      resolve();
      connection.destroy();
    });
  });
}

// One question whether an API server answers, on a connection of its own.
import https from 'node:https';
import type { Target } from './kubeconfig.ts';

/** While the site is stopped its address leads nowhere, and a packet to it is lost: give up soon, and ask again. */
const CONNECT_TIMEOUT_MS = 100;
/** Whoever accepted the connection is there and may be busy. */
const ANSWER_TIMEOUT_MS = 5000;

/** Whether /readyz says 200. Never throws: what goes wrong is that it does not answer. */
export function readyzAnswers(target: Target): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = https.request(
      new URL('/readyz', target.server),
      { agent: false, ...target.tls, headers: target.headers },
      (answer) => {
        answer.resume();
        answer.on('error', () => resolve(false));
        answer.on('end', () => {
          clearTimeout(timer);
          resolve(answer.statusCode === 200);
        });
      },
    );
    const giveUp = (): void => {
      sent.destroy();
      resolve(false);
    };
    let timer = setTimeout(giveUp, CONNECT_TIMEOUT_MS);
    sent.on('socket', (socket) =>
      socket.once('connect', () => {
        clearTimeout(timer);
        timer = setTimeout(giveUp, ANSWER_TIMEOUT_MS);
      }),
    );
    sent.on('error', () => {
      clearTimeout(timer);
      resolve(false);
    });
    sent.end();
  });
}

// Loaded before a program of ours (`node --import`): for it the machine's clock is off by as many milliseconds as the file says
// that MOVED_CLOCK names, also when that changes while it runs. Timers and the monotonic clock stay as they are, as when a clock is set.
import fs from 'node:fs';

const LOOK_MS = 50;
const file = process.env.MOVED_CLOCK ?? '';
const real = Date.now;
let offMs = 0;
const look = (): void => {
  offMs = Number(fs.readFileSync(file, 'utf8'));
};
look();
setInterval(look, LOOK_MS).unref();
Date.now = () => real() + offMs;

// The door of the power room.
export type { IpmiController, Power, PowerController, RedfishController } from './contract.ts';
export { openPower, type PowerOptions } from './open-power.ts';
export { type FakePower, fakePower } from './power.fake.ts';

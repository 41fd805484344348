// The door of the base room.
export { AssertionFailed, assert, present } from './assert.ts';
export { type Backoff, backoffDelayMs } from './backoff.ts';
export { type Cidr, cidrHas, cidrParse, cidrsOverlap, cidrText, ipv4Number, ipv4Text } from './cidr.ts';
export { diskFullError, isDiskFull } from './disk-full.ts';
export {
  messageOf,
  type Refusal,
  systemCodeOf,
  WorldError,
  type WorldErrorCode,
  type WorldErrorDetails,
} from './errors.ts';
export { intOrPercent } from './int-or-percent.ts';
export {
  type LabelSelectorShape,
  labelSelectorIsEmpty,
  labelSelectorMatches,
  labelsInclude,
} from './label-selector.ts';
export { memo, once } from './memo.ts';
export { nearestOf } from './nearest.ts';
export { quantityMillis, quantityNanos, quantityOfMillis, quantityUnits } from './quantity.ts';
export { type Random, seededRandom } from './random.ts';
export { randomSuffix, sameJson, stableHash, stableJson } from './same-json.ts';

// Whether a write was refused for want of room alone. Over HTTP that is a status; in process it is what the store threw.
// Source: RFC 4918, section 11.5 (507 Insufficient Storage).
import { isDiskFull } from '#base';
import { ApiError } from './contract.ts';

const INSUFFICIENT_STORAGE = 507;

export function isStoreFull(thrown: unknown): boolean {
  return isDiskFull(thrown) || (thrown instanceof ApiError && thrown.code === INSUFFICIENT_STORAGE);
}

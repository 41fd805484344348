// When a lease of ours ends for us: before it ends for anybody else.
import type { OwnLease } from './contract.ts';
import { LEASE_MARGIN } from './limits.ts';

/** The grantor counts from the arrival of the renewal, which is not before its sending; and a margin for clocks that run apart. */
export const leaseEndsMs = ({ sentMs, ttlMs }: OwnLease): number => sentMs + ttlMs * (1 - LEASE_MARGIN);

export const isHeld = (lease: OwnLease | undefined, nowMs: number): lease is OwnLease =>
  lease !== undefined && nowMs < leaseEndsMs(lease);

/** The lease that ends for us at a time. */
export const leaseUntil = (untilMs: number, ttlMs: number): OwnLease => ({
  sentMs: untilMs - ttlMs * (1 - LEASE_MARGIN),
  ttlMs,
});

// Validation of endpoint slices.
import type { EndpointSlice } from '../../generated/kinds.ts';
import { ipFamilyOf } from '../address.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { ENDPOINT_ADDRESSES_MAX, ENDPOINT_PORTS_MAX, ENDPOINTS_MAX } from '../limits.ts';

export function validateEndpointSlice(slice: EndpointSlice, to: Findings): void {
  oneOf(slice.addressType, ['FQDN', 'IPv4', 'IPv6'], 'addressType', to);
  const endpoints = slice.endpoints ?? [];
  if (endpoints.length > ENDPOINTS_MAX) to.tooMany('endpoints', endpoints.length, ENDPOINTS_MAX);
  endpoints.forEach((endpoint, i) => {
    const at = `endpoints[${i}].addresses`;
    const { addresses = [] } = endpoint;
    if (addresses.length === 0) to.required(at, 'must contain at least 1 address');
    if (addresses.length > ENDPOINT_ADDRESSES_MAX) to.tooMany(at, addresses.length, ENDPOINT_ADDRESSES_MAX);
    addresses.forEach((address, j) => {
      const family = slice.addressType === 'IPv4' ? 4 : slice.addressType === 'IPv6' ? 6 : undefined;
      if (family && ipFamilyOf(address) !== family)
        to.invalid(`${at}[${j}]`, address, `must be a valid ${slice.addressType} address`);
    });
  });
  if ((slice.ports?.length ?? 0) > ENDPOINT_PORTS_MAX)
    to.tooMany('ports', slice.ports?.length ?? 0, ENDPOINT_PORTS_MAX);
  const names = new Set<string>();
  slice.ports?.forEach((port, i) => {
    if (names.has(port.name ?? '')) to.duplicate(`ports[${i}].name`, port.name);
    names.add(port.name ?? '');
    oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `ports[${i}].protocol`, to);
  });
}

export function validateEndpointSliceUpdate(now: EndpointSlice, old: EndpointSlice, to: Findings): void {
  if (now.addressType !== old.addressType) to.invalid('addressType', now.addressType, 'field is immutable');
}

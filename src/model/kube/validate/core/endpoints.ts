// Validation of endpoints.
import type { Endpoints } from '../../generated/kinds.ts';
import { IP_RULE, ipFamilyOf } from '../address.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { portNumber } from '../numbers.ts';

export function validateEndpoints(endpoints: Endpoints, to: Findings): void {
  endpoints.subsets?.forEach((subset, i) => {
    const at = `subsets[${i}]`;
    if (!subset.addresses?.length && !subset.notReadyAddresses?.length)
      to.required(at, 'must specify `addresses` or `notReadyAddresses`');
    for (const kind of ['addresses', 'notReadyAddresses'] as const)
      subset[kind]?.forEach((address, j) => {
        if (!ipFamilyOf(address.ip ?? '')) to.invalid(`${at}.${kind}[${j}].ip`, address.ip, IP_RULE);
      });
    subset.ports?.forEach((port, j) => {
      portNumber(port.port, `${at}.ports[${j}].port`, to);
      oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.ports[${j}].protocol`, to);
      if (!port.name && (subset.ports?.length ?? 0) > 1) to.required(`${at}.ports[${j}].name`);
    });
  });
}

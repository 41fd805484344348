// Validation of the objects through which storage drivers present themselves.
import type { CSIDriver, CSINode } from '../../generated/kinds.ts';
import { optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';

export function validateCsiDriver(driver: CSIDriver, to: Findings): void {
  const spec = driver.spec;
  optionalOneOf(spec?.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType'], 'spec.fsGroupPolicy', to);
  spec?.volumeLifecycleModes?.forEach((mode) => {
    optionalOneOf(mode, ['Ephemeral', 'Persistent'], 'spec.volumeLifecycleModes', to);
  });
}

export function validateCsiNode(node: CSINode, to: Findings): void {
  const names = new Set<string>();
  node.spec?.drivers?.forEach((driver, i) => {
    const at = `spec.drivers[${i}]`;
    if (!driver.name) to.required(`${at}.name`);
    if (!driver.nodeID) to.required(`${at}.nodeID`);
    if (names.has(driver.name)) to.duplicate(`${at}.name`, driver.name);
    names.add(driver.name);
  });
}

// What an endpoint takes no notice of, and therefore gives nobody ownership of: the main resource of the status, the
// status subresource of everything else that is specified. Source: Kubernetes API concepts, "Server-Side Apply".
import type { ResourceFacts } from '../facts.ts';

/** For `resetFields` of trackUpdate and applyServerSide. */
export function resetFieldsOf(
  facts: Pick<ResourceFacts, 'subresources'>,
  subresource: string,
): readonly (readonly string[])[] {
  if (subresource === 'status') return [['spec']];
  return facts.subresources?.some(({ name }) => name === 'status') ? [['status']] : [];
}

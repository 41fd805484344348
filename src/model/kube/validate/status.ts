// The answer to an object that is not valid: a Status with reason Invalid. Source: Kubernetes API, meta/v1 Status.
import type { ResourceFacts } from '../facts.ts';
import type { Status } from '../generated/kinds.ts';
import { type FieldError, fieldErrorText } from './finding.ts';

/** The body of the 422. One error stands alone in the message, several stand in brackets. */
export function invalidStatus(
  resource: Pick<ResourceFacts, 'group' | 'kind'>,
  name: string,
  errors: readonly FieldError[],
): Status {
  const texts = [...new Set(errors.map(fieldErrorText))];
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const kind = resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${kind} ${JSON.stringify(name)} is invalid: ${text}`,
    reason: 'Invalid',
    details: {
      ...(name ? { name } : {}),
      ...(resource.group ? { group: resource.group } : {}),
      kind: resource.kind,
      causes: errors.map((error) => ({ reason: error.type, message: error.message, field: error.field })),
    },
    code: 422,
  };
}

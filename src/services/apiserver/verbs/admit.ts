// Runs a change past the admission plug-ins: all that may change it, then all that may only refuse it.
// Source: Kubernetes documentation, "Admission Control in Kubernetes".
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';

/** Errors: whatever a plug-in refuses with. */
export async function admitMutating(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) {
    const pending = plugin.mutate?.(request);
    if (pending) await pending;
  }
}

/** Errors: whatever a plug-in refuses with. */
export async function admitValidating(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) {
    const pending = plugin.validate?.(request);
    if (pending) await pending;
  }
}

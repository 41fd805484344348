// Ingresses that name no class get the default one. Source: Kubernetes documentation, "Ingress", default IngressClass.
import type { Ingress } from '#model/kube';
import type { AdmissionPlugin } from '../contract.ts';
import type { AdmissionLookups } from './admission-lookups.ts';
import { created } from './refusal.ts';
import { newestDefault } from './storage.ts';

export function defaultIngressClass(lookups: Pick<AdmissionLookups, 'ingressClasses'>): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    mutate(request) {
      const ingress = created<Ingress>(request, 'networking.k8s.io', 'ingresses');
      if (!ingress?.spec || ingress.spec.ingressClassName !== undefined) return;
      if (ingress.metadata?.annotations?.['kubernetes.io/ingress.class'] !== undefined) return;
      const chosen = newestDefault(lookups.ingressClasses(), ['ingressclass.kubernetes.io/is-default-class']);
      if (chosen?.metadata?.name) ingress.spec.ingressClassName = chosen.metadata.name;
    },
  };
}

// Validation of ingresses.
import type { HTTPIngressPath, Ingress, IngressBackend } from '../../generated/kinds.ts';
import { ipFamilyOf } from '../address.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { dns1035Problems, dnsSubdomainProblems } from '../names.ts';
import { portNumber, portNumberOrName } from '../numbers.ts';

function validateBackend(backend: IngressBackend, field: string, to: Findings): void {
  const { service, resource } = backend;
  if (service && resource) {
    to.invalid(field, '', 'cannot set both resource and service backends');
    return;
  }
  if (!service && !resource) {
    to.required(field, 'either service or resource backend is required');
    return;
  }
  if (!service) return;
  if (!service.name) to.required(`${field}.service.name`);
  else for (const problem of dns1035Problems(service.name)) to.invalid(`${field}.service.name`, service.name, problem);
  const { name, number } = service.port ?? {};
  if (name && number) to.invalid(field, '', 'cannot set both port name & port number');
  else if (name) portNumberOrName(name, `${field}.service.port.name`, to);
  else if (number) portNumber(number, `${field}.service.port.number`, to);
  else to.required(field, 'port name or number is required');
}

function validatePath(path: HTTPIngressPath, field: string, to: Findings): void {
  oneOf(path.pathType, ['Exact', 'ImplementationSpecific', 'Prefix'], `${field}.pathType`, to);
  const text = path.path ?? '';
  const strict = path.pathType !== 'ImplementationSpecific';
  if ((strict || text) && !text.startsWith('/')) to.invalid(`${field}.path`, text, 'must be an absolute path');
  else if (strict)
    for (const bad of ['//', '/./', '/../', '%2f', '%2F'])
      if (text.includes(bad)) to.invalid(`${field}.path`, text, `must not contain '${bad}'`);
  if (!path.backend) to.required(`${field}.backend`);
  else validateBackend(path.backend, `${field}.backend`, to);
}

export function validateIngress(ingress: Ingress, to: Findings): void {
  const spec = ingress.spec;
  if (!spec?.rules?.length && !spec?.defaultBackend) {
    to.invalid('spec', spec?.rules ?? [], 'either `defaultBackend` or `rules` must be specified');
    return;
  }
  if (spec.defaultBackend) validateBackend(spec.defaultBackend, 'spec.defaultBackend', to);
  if (spec.ingressClassName)
    for (const problem of dnsSubdomainProblems(spec.ingressClassName))
      to.invalid('spec.ingressClassName', spec.ingressClassName, problem);
  spec.rules?.forEach((rule, i) => {
    const at = `spec.rules[${i}]`;
    if (rule.host) {
      const host = rule.host.replace(/^\*\./, '');
      if (ipFamilyOf(rule.host)) to.invalid(`${at}.host`, rule.host, 'must be a DNS name, not an IP address');
      else for (const problem of dnsSubdomainProblems(host)) to.invalid(`${at}.host`, rule.host, problem);
    }
    if (rule.http && !rule.http.paths?.length) to.required(`${at}.http.paths`);
    rule.http?.paths?.forEach((path, j) => {
      validatePath(path, `${at}.http.paths[${j}]`, to);
    });
  });
}

// Certificate requests carry who made them, and only who may approve or sign for a signer does so.
// Source: Kubernetes documentation, "Certificates and Certificate Signing Requests"; CertificateApproval, CertificateSigning.
import type { CertificateSigningRequest } from '#model/kube';
import type { AdmissionPlugin, AdmissionRequest, Authorizer } from '../contract.ts';
import { created, forbid } from './refusal.ts';

const GROUP = 'certificates.k8s.io';
const RESOURCE = 'certificatesigningrequests';

function mayFor(authorizer: Authorizer, request: AdmissionRequest, verb: string, signer: string): boolean {
  const wholeDomain = `${signer.split('/')[0]}/*`;
  return [signer, wholeDomain].some(
    (name) =>
      authorizer.authorize({
        user: request.user,
        verb,
        isResource: true,
        path: '',
        group: GROUP,
        version: '*',
        resource: 'signers',
        subresource: '',
        namespace: '',
        name,
      }).allowed,
  );
}

export function certificateRequests(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    mutate(request) {
      const made = created<CertificateSigningRequest>(request, GROUP, RESOURCE);
      if (!made?.spec) return;
      const { name, uid, groups, extra } = request.user;
      const copied = Object.fromEntries(Object.entries(extra ?? {}).map(([key, values]) => [key, [...values]]));
      made.spec = { ...made.spec, username: name, groups: [...groups], uid, extra: extra && copied };
    },
    validate(request) {
      const { resource, subresource, operation } = request;
      if (resource.group !== GROUP || resource.resource !== RESOURCE || operation !== 'UPDATE') return;
      const now = request.object as CertificateSigningRequest;
      const old = request.oldObject as CertificateSigningRequest | undefined;
      const signer = old?.spec.signerName ?? now.spec.signerName;
      const signs = subresource === 'status' && now.status?.certificate !== old?.status?.certificate;
      const verb = subresource === 'approval' ? 'approve' : signs ? 'sign' : undefined;
      if (verb && !mayFor(authorizer, request, verb, signer))
        forbid(request, `user not permitted to ${verb} requests with signerName "${signer}"`);
    },
  };
}

// Validation of certificate signing requests.
import type { CertificateSigningRequest } from '../../generated/kinds.ts';
import type { Findings } from '../finding.ts';

export function validateSigningRequest(request: CertificateSigningRequest, to: Findings): void {
  const spec = request.spec;
  if (!spec?.request) to.required('spec.request');
  else if (!Buffer.from(spec.request, 'base64').toString('latin1').includes('CERTIFICATE REQUEST'))
    to.invalid('spec.request', spec.request, 'PEM block type must be CERTIFICATE REQUEST');
  if (!spec?.signerName) to.required('spec.signerName');
  else if (!spec.signerName.includes('/'))
    to.invalid(
      'spec.signerName',
      spec.signerName,
      "must be a fully qualified domain and path of the form 'example.com/signer-name'",
    );
  if (!spec?.usages?.length) to.required('spec.usages');
  if (spec?.expirationSeconds !== undefined && spec.expirationSeconds < 600)
    to.invalid(
      'spec.expirationSeconds',
      spec.expirationSeconds,
      'may not specify a duration less than 600 seconds (10 minutes)',
    );
}

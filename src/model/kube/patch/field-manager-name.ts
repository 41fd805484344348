// The name by which the owner of fields goes.
import { MANAGER_NAME_MAX } from './limits.ts';

/** The name of a field manager: the one that the request gives, else the product of its User-Agent. */
export function fieldManagerName(request: {
  fieldManager?: string | undefined;
  userAgent?: string | undefined;
}): string {
  if (request.fieldManager) return request.fieldManager;
  const [product = ''] = (request.userAgent ?? '').split('/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names must be printable
  return product.replace(/[\u0000-\u001f\u007f]/g, '').slice(0, MANAGER_NAME_MAX) || 'unknown';
}

// Validation of volume attachments.
import type { VolumeAttachment } from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import type { Findings } from '../finding.ts';

const FIXED = 'field is immutable';

export function validateVolumeAttachment(attachment: VolumeAttachment, to: Findings): void {
  const { attacher, nodeName, source } = attachment.spec ?? {};
  if (!attacher) to.required('spec.attacher');
  if (!nodeName) to.required('spec.nodeName');
  if (!source?.persistentVolumeName && !source?.inlineVolumeSpec)
    to.required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName');
}

export function validateVolumeAttachmentUpdate(now: VolumeAttachment, old: VolumeAttachment, to: Findings): void {
  if (!semanticEqual(now.spec, old.spec)) to.invalid('spec', now.spec, FIXED);
}

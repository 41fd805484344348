// What the socket of `services` is asked about the link.
import type { ServicesAnswer, ServicesRequest } from '#model/site';
import type { Link } from '#services/link';

export type LinkRequest = Extract<
  ServicesRequest,
  { verb: 'link-status' | 'link-activate' | 'link-deactivate' | 'link-cut' | 'link-restore' }
>;

export const isLinkRequest = (request: ServicesRequest): request is LinkRequest => request.verb.startsWith('link-');

/** The link after what was asked. Errors: those of the link. */
export async function answerLink(link: Link, request: LinkRequest): Promise<ServicesAnswer> {
  switch (request.verb) {
    case 'link-status':
      return { kind: 'link', link: link.status() };
    case 'link-activate':
      return { kind: 'link', link: await link.activate(request) };
    case 'link-deactivate':
      return { kind: 'link', link: link.deactivate() };
    case 'link-cut':
      return { kind: 'link', link: link.cut() };
    case 'link-restore':
      return { kind: 'link', link: link.restore() };
  }
}

// Reviews: questions about who somebody is and what he may do. They are answered, never stored.
// Source: Kubernetes API, authentication.k8s.io/v1 and authorization.k8s.io/v1.
import type {
  KubeObject,
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectRulesReviewStatus,
  TokenReview,
} from '#model/kube';
import { requestError } from '../answer/errors.ts';
import type { Authorizer, RequestAttributes, UserInfo } from '../contract.ts';
import { invalidBecause } from '../objects/validity.ts';
import type { Call } from '../verbs/call.ts';

/** What reviews ask. */
export interface ReviewParts {
  readonly authorizer: Authorizer;
  tokenReview(review: TokenReview): TokenReview;
  rulesReview(user: UserInfo, namespace: string): SubjectRulesReviewStatus;
}

type Answer = (call: Call, body: KubeObject) => KubeObject;
type Attributes = SelfSubjectAccessReview['spec'];

function attributesOf(user: UserInfo, spec: Attributes, namespace?: string): RequestAttributes {
  const { resourceAttributes: r, nonResourceAttributes: n } = spec;
  const none = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
  if (n) return { user, verb: n.verb ?? '', isResource: false, path: n.path ?? '', ...none };
  return {
    user,
    verb: r?.verb ?? '',
    isResource: true,
    path: '',
    group: r?.group ?? '',
    version: r?.version ?? '',
    resource: r?.resource ?? '',
    subresource: r?.subresource ?? '',
    namespace: namespace ?? r?.namespace ?? '',
    name: r?.name ?? '',
  };
}

/** Errors: ApiError 422. */
function checkSpec(call: Call, spec: Attributes | undefined): Attributes {
  const one = Number(spec?.resourceAttributes !== undefined) + Number(spec?.nonResourceAttributes !== undefined);
  if (!spec || one !== 1)
    throw invalidBecause(call.resource.facts, '', (to) =>
      to.invalid(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    );
  return spec;
}

function userOf(call: Call, spec: SubjectAccessReview['spec']): UserInfo {
  if (!spec.user && !spec.groups?.length)
    throw invalidBecause(call.resource.facts, '', (to) =>
      to.invalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified'),
    );
  return {
    name: spec.user ?? '',
    groups: spec.groups ?? [],
    ...(spec.uid ? { uid: spec.uid } : {}),
    ...(spec.extra ? { extra: spec.extra } : {}),
  };
}

/** Answers by "group/resource"; undefined for resources that are no reviews. Errors of an answer: ApiError 400, 422. */
export function makeReviews(parts: ReviewParts): (group: string, resource: string) => Answer | undefined {
  const verdict = (attributes: RequestAttributes): { allowed: boolean; reason?: string } => {
    const { allowed, reason } = parts.authorizer.authorize(attributes);
    return { allowed, ...(reason ? { reason } : {}) };
  };
  const answers: Readonly<Record<string, Answer>> = {
    'authorization.k8s.io/selfsubjectaccessreviews': (call, body) => {
      const spec = checkSpec(call, (body as SelfSubjectAccessReview).spec);
      return { ...body, status: verdict(attributesOf(call.user, spec)) } as KubeObject;
    },
    'authorization.k8s.io/subjectaccessreviews': (call, body) => {
      const { spec } = body as SubjectAccessReview;
      return { ...body, status: verdict(attributesOf(userOf(call, spec), checkSpec(call, spec))) } as KubeObject;
    },
    'authorization.k8s.io/localsubjectaccessreviews': (call, body) => {
      const { spec } = body as LocalSubjectAccessReview;
      const inside = checkSpec(call, spec).resourceAttributes?.namespace;
      if (inside && inside !== call.namespace)
        throw requestError.badRequest('namespace on resource attributes must match metadata.namespace');
      return { ...body, status: verdict(attributesOf(userOf(call, spec), spec, call.namespace)) } as KubeObject;
    },
    'authorization.k8s.io/selfsubjectrulesreviews': (call, body) => {
      const namespace = (body as SelfSubjectRulesReview).spec?.namespace ?? '';
      if (!namespace) throw requestError.badRequest('no namespace on request');
      return { ...body, status: parts.rulesReview(call.user, namespace) } as KubeObject;
    },
    'authentication.k8s.io/tokenreviews': (_call, body) => parts.tokenReview(body as TokenReview),
    'authentication.k8s.io/selfsubjectreviews': ({ user }, body) => {
      const { name: username, uid, groups, extra } = user;
      const userInfo = { username, ...(uid ? { uid } : {}), groups: [...groups], ...(extra ? { extra } : {}) };
      return { ...body, status: { userInfo } } as KubeObject;
    },
  };
  return (group, resource) => answers[`${group}/${resource}`];
}

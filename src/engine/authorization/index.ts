// The door of the authorization engine: who may do what, decided without asking the world.
export { type AccessRequest, MASTERS_GROUP, type Person, type Verdict } from './access.ts';
export { NODE_RULES, type NodeGraph, nodeAuthorize, nodeNameOf } from './node.ts';
export { podReferences, type Reference, type ReferenceKind } from './pod-references.ts';
export { type Rbac, type RbacObjects, rbacOf } from './rbac.ts';
export { type Rule, rulesBeyond } from './rules.ts';

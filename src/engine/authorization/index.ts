// The door of the authorization engine: who may do what, decided without asking the world.
export { type AccessRequest, MASTERS_GROUP, type Person, type Verdict } from './access.ts';
export { NODE_RULES, NODES_GROUP, type NodeGraph, nodeAuthorize, nodeNameOf } from './node.ts';
export { podReferences, type Reference, type ReferenceKind } from './pod-references.ts';
export { clusterRoleRules, type Rbac, type RbacObjects, rbacOf } from './rbac.ts';
export { type Rule, ruleAllows, rulesBeyond } from './rules.ts';

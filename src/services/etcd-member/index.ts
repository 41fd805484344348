// The door of etcd's members.
export { etcdClientOptions, etcdMemberOptions, etcdProcess } from './etcd-process.ts';
export { keepMember, type MemberKeeper, type MemberKeeperOptions } from './keep-member.ts';
export { removeMembers } from './remove-members.ts';

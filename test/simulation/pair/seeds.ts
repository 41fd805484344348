// Lives of a pair in which a mistake was found, as they are told now; each must stay well.

export const NAMED_SEEDS: readonly { readonly seed: number; readonly found: string }[] = [
  {
    seed: 32,
    found: 'a node whose lease was ended before its time, by a member of etcd that led once, ended its pods at once',
  },
  { seed: 70, found: 'a node whose lease was ended before its time was lost before it could ask for another' },
];

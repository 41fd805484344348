// Lives in which a mistake was found; each must stay well.

export const NAMED_SEEDS: readonly { readonly seed: number; readonly found: string }[] = [
  { seed: 40, found: 'a system clock that was set right after a start at 1970 ended the tokens of pods at once' },
  { seed: 50, found: 'a start whose clock could be read in two ways, 43 hours apart, was not in doubt' },
];

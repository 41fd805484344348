// Lives of a pair in which a mistake was found, as they are told now; each must stay well.

export const NAMED_SEEDS: readonly { readonly seed: number; readonly found: string }[] = [];

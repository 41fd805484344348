// Completion indexes of a Job in the text form of its status: "1,3-5,7". Source: Kubernetes concepts "Jobs".

export function parseIndexes(text: string | undefined): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    const match = /^([0-9]+)(?:-([0-9]+))?$/.exec(part.trim());
    if (!match) continue;
    for (let index = Number(match[1]); index <= Number(match[2] ?? match[1]); index++) indexes.add(index);
  }
  return indexes;
}

export function formatIndexes(indexes: Iterable<number>): string {
  const parts: string[] = [];
  let first: number | undefined;
  let last = Number.NaN;
  const close = (): void => {
    if (first === undefined) return;
    parts.push(first === last ? String(first) : last === first + 1 ? `${first},${last}` : `${first}-${last}`);
  };
  for (const index of [...indexes].sort((a, b) => a - b)) {
    if (index === last + 1 && first !== undefined) last = index;
    else {
      close();
      first = index;
      last = index;
    }
  }
  close();
  return parts.join(',');
}

// Which files of a source are read, and what is handed on of them.

export interface SourceFile {
  /** From the folder. */
  readonly path: string;
  readonly text: string;
}

/** Files that are read; everything else in a folder is left alone. */
export const isWantedFile = (path: string): boolean =>
  /\.(ya?ml|json)$/.test(path) && !path.split('/').some((part) => part.startsWith('.'));

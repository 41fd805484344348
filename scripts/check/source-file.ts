// Reads one source file into what the house rules ask about: its imports, exports, length and header.

export interface ImportOf {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface SourceFile {
  /** Path from the repository root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly ImportOf[];
  /** Names of values that the file exports (types are free); a re-export counts by name, `export *` as one. */
  readonly exports: readonly string[];
}

const IMPORT = /^\s*(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
const DECLARATION =
  /^export\s+(?:declare\s+)?(?:async\s+)?(?:abstract\s+)?(?:const|let|function\*?|class)\s+([A-Za-z_$][\w$]*)/gm;
const BRACES = /^export\s+\{([^}]*)\}/gm;
const STAR = /^export\s+(?:type\s+)?\*/gm;

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

function exportsOf(text: string): string[] {
  const names = [...text.matchAll(DECLARATION)].map((m) => m[1] ?? '');
  for (const match of text.matchAll(BRACES)) {
    for (const part of (match[1] ?? '').split(',')) {
      const name = part
        .trim()
        .split(/\s+as\s+/)
        .pop();
      if (name && !part.trim().startsWith('type ')) names.push(name);
    }
  }
  for (const _ of text.matchAll(STAR)) names.push('*');
  return [...new Set(names)];
}

export function readSource(path: string, text: string): SourceFile {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
  const imports: ImportOf[] = [];
  for (const match of code.matchAll(IMPORT)) {
    const specifier = match[2] ?? '';
    const allTypes = match[1] !== undefined || /^\s*(?:import|export)\s+\{(\s*type\s[^,}]*,?)+\s*\}/.test(match[0]);
    imports.push({ specifier, typeOnly: allTypes, line: lineAt(code, match.index) });
  }
  for (const match of code.matchAll(DYNAMIC)) {
    imports.push({ specifier: match[1] ?? '', typeOnly: false, line: lineAt(code, match.index) });
  }
  return { path, text, lines: text.split('\n').length - 1, imports, exports: exportsOf(code) };
}

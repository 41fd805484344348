// The door of the git room.
export { type GitFolder, type GitRead, readGitFolder, shownLocation } from './read-folder.ts';

// What every verb of `hub` declares: the common options, with the hub's own data folder.
import { WorldError } from '#base';
import { declare } from '../context.ts';

export const declareHub = (name: string, description: string, example: string) =>
  declare(name, description, example, 'data folder of the hub (default: /var/lib/holdfast-hub, or $HOLDFAST_HUB_DATA)');

/** A whole number as an option gives it. Errors: WorldError `Invalid`. */
export function wholeNumber(option: string, text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw new WorldError('Invalid', `${option} must be a whole number, not "${text}"`);
}

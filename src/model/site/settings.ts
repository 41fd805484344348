// The settings of a site: what each is called, what it may be, what it is when nobody set it, and how a person writes it. Only what some
// part of the site reads stands here. The file holds what was set, by name.
import { nearestOf, WorldError } from '#base';
import { FORECAST_BREACHES } from './forecast.ts';
import {
  DISCONNECTED_DAYS,
  HEARTBEAT_SECONDS,
  JOURNAL_BYTES,
  NODE_BUDGET_PERCENT,
  PASS_MINUTES,
  type Range,
  SEMI_CONNECTED_MINUTES,
} from './limits.ts';

export type SettingValue = boolean | number | string | readonly string[] | Readonly<Record<string, string>>;

export interface Setting {
  readonly name: string;
  readonly title: string;
  readonly default: SettingValue;
  /** How it is written: "on or off". */
  readonly form: string;
  /** What a person wrote, as a value that {@link Setting.problem} then judges. */
  parse(text: string): unknown;
  /** What is wrong with a value, as a clause; undefined when nothing is. */
  problem(value: unknown): string | undefined;
}

/** Name or address, with a port if need be: "a.example:123", "2001:db8::1", "[2001:db8::1]:123". */
const HOST = /^(\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?|[A-Za-z0-9]([-A-Za-z0-9.:]{0,251}[A-Za-z0-9])?)$/;
const LIST_MAX = 16;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listed = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
const YES_NO: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  yes: true,
  off: false,
  false: false,
  no: false,
};

/** Without a user and password, which would be shown and told. */
const isUrl = (text: unknown): boolean => typeof text === 'string' && /^https?:\/\/[^\s/@]+(\/\S*)?$/.test(text);

function hostsProblem(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length > LIST_MAX) return `it must be a list of at most ${LIST_MAX} names`;
  const wrong = value.find((name) => typeof name !== 'string' || !HOST.test(name));
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is no name or address of a server`;
}

function registriesProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return 'it must be registries, each with the URL where it answers';
  if (Object.keys(value).length > LIST_MAX) return `at most ${LIST_MAX} registries can be named`;
  const wrong = Object.entries(value).find(([name, url]) => !HOST.test(name) || !isUrl(url));
  return wrong === undefined ? undefined : `${wrong[0]} with ${JSON.stringify(wrong[1])} is no registry with a URL`;
}

const ON_OFF: Pick<Setting, 'form' | 'parse' | 'problem'> = {
  form: 'on or off',
  parse: (text) => YES_NO[text.trim().toLowerCase()] ?? text,
  problem: (value) => (typeof value === 'boolean' ? undefined : 'it must be on or off'),
};

const wholeNumber = ({ from, to }: Range): Pick<Setting, 'form' | 'parse' | 'problem'> => {
  const form = `a whole number from ${from} to ${to}`;
  const isOne = (value: unknown): boolean =>
    Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= to;
  return {
    form,
    parse: (text) => (text.trim() === '' ? text : Number(text)),
    problem: (value) => (isOne(value) ? undefined : `it must be ${form}`),
  };
};

const oneOf = (names: readonly string[]): Pick<Setting, 'form' | 'parse' | 'problem'> => {
  const form = names.join(' or ');
  return {
    form,
    parse: (text) => text.trim().toLowerCase(),
    problem: (value) => (names.some((name) => name === value) ? undefined : `it must be ${form}`),
  };
};

export const SETTINGS: readonly Setting[] = [
  {
    name: 'desiredStatePassMinutes',
    title: 'minutes between passes that look for drift',
    default: 5,
    ...wholeNumber(PASS_MINUTES),
  },
  {
    name: 'disconnectedAfterDays',
    title: 'days without an answer of the hub until the mode is Disconnected',
    default: 30,
    ...wholeNumber(DISCONNECTED_DAYS),
  },
  {
    name: 'forecastBreach',
    title: 'what becomes of a pod that would break the failover forecast of two nodes',
    default: 'refuse',
    ...oneOf(FORECAST_BREACHES),
  },
  {
    name: 'heartbeatSeconds',
    title: 'seconds between heartbeats to the hub',
    default: 60,
    ...wholeNumber(HEARTBEAT_SECONDS),
  },
  {
    name: 'journalBytesMax',
    title: 'bytes that the journal of one process may take',
    default: 32 * 1024 * 1024,
    ...wholeNumber(JOURNAL_BYTES),
  },
  {
    name: 'nodeBudgetPercent',
    title: 'share of each of two nodes that pods may ask for, in percent',
    default: 50,
    ...wholeNumber(NODE_BUDGET_PERCENT),
  },
  {
    name: 'ntpServers',
    title: 'time servers that the site asks',
    default: [],
    form: 'names or addresses, with commas between them',
    parse: listed,
    problem: hostsProblem,
  },
  {
    name: 'outsideRegistries',
    title: 'where registries outside answer, instead of by their own name',
    default: {},
    form: 'REGISTRY=URL, with commas between them',
    parse: (text) => Object.fromEntries(listed(text).map((part) => part.split(/=(.*)/s).slice(0, 2))),
    problem: registriesProblem,
  },
  {
    name: 'rebalanceAfterReturn',
    title: 'whether pods are moved back, a few at a time, when a node of two has returned',
    default: true,
    ...ON_OFF,
  },
  {
    name: 'semiConnectedAfterMinutes',
    title: 'minutes without an answer of the hub until the mode is SemiConnected',
    default: 15,
    ...wholeNumber(SEMI_CONNECTED_MINUTES),
  },
  { name: 'setSystemClock', title: "whether the site sets the machine's clock", default: false, ...ON_OFF },
  { name: 'telemetry', title: 'whether figures of the site are kept for the hub', default: true, ...ON_OFF },
];

/** What was set, by name. */
export type SiteSettings = Readonly<Record<string, SettingValue>>;

/** Errors: WorldError `Invalid`, with the nearest known name. */
export function settingNamed(name: string): Setting {
  const setting = SETTINGS.find((one) => one.name === name);
  if (setting) return setting;
  const names = SETTINGS.map((one) => one.name);
  const nearest = nearestOf(name, names);
  throw new WorldError('Invalid', `there is no setting ${name}`, {
    cure: nearest ? `did you mean ${nearest}?` : `the settings are ${names.join(', ')}`,
  });
}

/** The value when it may be this setting's. Errors: WorldError `Invalid`. */
export function settingValue(name: string, value: unknown): SettingValue {
  const setting = settingNamed(name);
  const problem = setting.problem(value);
  if (problem === undefined) return value as SettingValue;
  throw new WorldError('Invalid', `${name} cannot be ${JSON.stringify(value)}: ${problem}`, {
    cure: `write ${setting.form}`,
  });
}

/** What a file holds. What it should not is left out, and told. */
export function settingsParse(text: string | undefined): {
  readonly settings: SiteSettings;
  readonly problems: readonly string[];
} {
  let parsed: unknown = {};
  try {
    if (text !== undefined) parsed = JSON.parse(text);
  } catch {
    return { settings: {}, problems: ['the file is no JSON'] };
  }
  if (!isRecord(parsed)) return { settings: {}, problems: ['the file holds no settings by name'] };
  const settings: Record<string, SettingValue> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(parsed)) {
    const known = SETTINGS.find((one) => one.name === name);
    const problem = known ? known.problem(value) : 'this version does not know it';
    if (problem === undefined) settings[name] = value as SettingValue;
    else problems.push(`${name}: ${problem}`);
  }
  return { settings, problems };
}

/** What a setting is now: as it was set, or its default. */
export const settingNow = <V extends SettingValue>(settings: SiteSettings, name: string): V =>
  (settings[name] ?? settingNamed(name).default) as V;

/** A value as a person writes it. */
export function settingText(value: SettingValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number' || typeof value === 'string') return String(value);
  const parts = Array.isArray(value) ? value : Object.entries(value).map(([name, url]) => `${name}=${url}`);
  return parts.join(',');
}

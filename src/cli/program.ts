// The command line as a whole: every noun's verbs, the common behaviour, and how failures are told.
import { Command, CommanderError } from 'commander';
import { messageOf, WorldError } from '#base';
import { SOFTWARE_VERSION } from '#model/site';
import { certificatesListVerb } from './certificates/list.ts';
import { certificatesRenewVerb } from './certificates/renew.ts';
import { clockConfirmVerb } from './clock/confirm.ts';
import { clockVerb } from './clock/show.ts';
import { type Context, contextOf, type Surroundings, type Verb } from './context.ts';
import { drillListVerb } from './drill/list.ts';
import { drillRunVerb } from './drill/run.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { guarded } from './guarded.ts';
import { HUB_NOUN } from './hub/noun.ts';
import { imageDeleteVerb } from './image/delete.ts';
import { imageImportVerb } from './image/import.ts';
import { imageListVerb } from './image/list.ts';
import { imagePinVerb, imageUnpinVerb } from './image/pin.ts';
import { LINK_NOUN } from './link/noun.ts';
import { NODE_NOUN } from './node/noun.ts';
import { operationsVerb } from './operations/table.ts';
import { planeGiveVerb } from './plane/give.ts';
import { planeVerb } from './plane/show.ts';
import { planeTakeVerb } from './plane/take.ts';
import { registryCaVerb } from './registry/ca.ts';
import { registryCredentialsVerb } from './registry/credentials.ts';
import { settingsSetVerb, settingsUnsetVerb } from './settings/change.ts';
import { settingsVerb } from './settings/list.ts';
import { destroy } from './site/destroy.ts';
import { down } from './site/down.ts';
import { events } from './site/events.ts';
import { install } from './site/install.ts';
import { kubeconfig } from './site/kubeconfig.ts';
import { logs } from './site/logs.ts';
import { status } from './site/status.ts';
import { uninstall } from './site/uninstall.ts';
import { up } from './site/up.ts';
import { usageVerb } from './site/usage.ts';
import { userDeleteVerb, userGrantVerb, userRevokeVerb } from './user/change.ts';
import { userCreateVerb } from './user/create.ts';
import { userListVerb } from './user/list.ts';

/** Verbs of the site itself stand alone; those of a noun stand below it. */
const SITE_VERBS = [up, down, destroy, status, kubeconfig, operationsVerb, events, logs, usageVerb, install, uninstall];
const NOUNS: readonly Noun[] = [
  { name: 'clock', itself: clockVerb, verbs: [clockConfirmVerb] },
  {
    name: 'image',
    description: "images in the site's registry",
    verbs: [imageImportVerb, imageListVerb, imageDeleteVerb, imagePinVerb, imageUnpinVerb],
  },
  {
    name: 'registry',
    description: "how clients get at the site's registry",
    verbs: [registryCredentialsVerb, registryCaVerb],
  },
  {
    name: 'user',
    description: 'people: who gets in, until when, with which rights',
    verbs: [userCreateVerb, userListVerb, userGrantVerb, userRevokeVerb, userDeleteVerb],
  },
  {
    name: 'certificates',
    description: "the site's certificates and authorities",
    verbs: [certificatesListVerb, certificatesRenewVerb],
  },
  { name: 'settings', itself: settingsVerb, verbs: [settingsSetVerb, settingsUnsetVerb] },
  { name: 'plane', itself: planeVerb, verbs: [planeTakeVerb, planeGiveVerb] },
  LINK_NOUN,
  NODE_NOUN,
  {
    name: 'drill',
    description: 'faults made on purpose, with a report; everything is put back',
    verbs: [drillListVerb, drillRunVerb],
  },
  HUB_NOUN,
];

interface Noun {
  readonly name: string;
  /** Said of a noun that does nothing alone. */
  readonly description?: string;
  /** What the noun alone does. */
  readonly itself?: (context: Context) => Verb;
  readonly verbs: readonly ((context: Context) => Verb)[];
}

/** Every verb that there is. */
export interface Verbs {
  readonly site: readonly ((context: Context) => Verb)[];
  readonly nouns: readonly Noun[];
}
export const VERBS: Verbs = { site: SITE_VERBS, nouns: NOUNS };

export interface CliResult {
  readonly exitCode: ExitCode;
}

function attach(parent: Command, verb: Verb, done: (code: ExitCode) => void): void {
  verb.declaration.action(async (...given: unknown[]) => {
    const command = given.at(-1) as Command;
    done(await verb.run(command.opts(), command.processedArgs.filter((arg) => arg !== undefined) as string[]));
  });
  parent.addCommand(verb.declaration);
}

/** A refusal is a document too: whoever asked for JSON can act on it. */
function tellFailure(context: Context, error: unknown, options: { json: boolean }): void {
  const { errPaint: paint, say } = context;
  if (options.json && error instanceof WorldError && error.details.refusal) context.printJson(error.details.refusal);
  say(`${paint.bad('error:')} ${messageOf(error)}`);
  if (error instanceof WorldError && error.details.cure) say(`${paint.dim('cure:')}  ${error.details.cure}`);
}

/** Runs one command. `args` are what stands after the command's own name. */
export async function runCli(
  surroundings: Surroundings,
  args: readonly string[],
  verbs: Verbs = VERBS,
): Promise<CliResult> {
  const context = contextOf(surroundings);
  let exitCode: ExitCode = EXIT.done;
  const root = new Command('holdfast')
    .description('A Kubernetes appliance that keeps working when the link is gone.')
    .version(SOFTWARE_VERSION)
    // Options after a verb are the verb's, though the noun alone may have the same.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nExit codes:\n  0 done, 1 failed, 2 wrong usage, 3 not ready in time, 4 refused by the operations guard,\n  5 not found, 6 conflict\n\nExample:\n  holdfast up',
    );
  const done = (code: ExitCode): void => {
    exitCode = code;
  };
  for (const verb of verbs.site) attach(root, guarded(context, verb(context)), done);
  for (const noun of verbs.nouns) {
    const itself = noun.itself && guarded(context, noun.itself(context));
    const command = itself?.declaration ?? new Command(noun.name).description(noun.description ?? '');
    command.enablePositionalOptions();
    for (const verb of noun.verbs) attach(command, guarded(context, verb(context)), done);
    if (itself) attach(root, itself, done);
    else root.addCommand(command);
  }
  prepare(root, context);
  try {
    await root.parseAsync(args, { from: 'user' });
    return { exitCode };
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.done : EXIT.usage };
    tellFailure(context, error, { json: args.includes('--json') });
    return { exitCode: exitCodeOf(error) };
  }
}

/** Nothing ends the process by itself, everything prints through the context, and unknown things name the nearest known. */
function prepare(command: Command, context: Context): void {
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput({
      writeOut: (text) => context.out.write(text),
      writeErr: (text) => context.err.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, `${context.errPaint.bad('error:')} `)),
    });
  for (const child of command.commands) prepare(child as Command, context);
}

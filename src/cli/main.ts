#!/usr/bin/env node
import { Command, Option } from 'commander';
import { readConfig } from '../config.ts';
import { switchNames } from '../domain/package/switches.ts';
import { quotaNames } from '../domain/quota.ts';
import { explain } from './explain.ts';

// A pipe or a terminal that is closed takes no line any more: that is no reason to break off what a command does.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

/** Each command is loaded only when it is asked for: a worker never loads the web. */
const program = new Command('appyard').description('The self-hosted back end of an app platform.').showHelpAfterError();

program
  .command('start')
  .description('everything in one process, with an embedded Postgres unless DATABASE_URL is set')
  .option('--https', 'over HTTPS: with a certificate of its own for development, unless TLS_CERT is set')
  .action(async (options: { https?: boolean }) =>
    (await import('./start.ts')).start(readConfig(undefined, { https: options.https === true })),
  );
program
  .command('api')
  .description('the HTTP API')
  .action(async () => (await import('./api.ts')).api(readConfig()));
program
  .command('worker')
  .description('runs build and install jobs; start as many as you like')
  .action(async () => (await import('./worker.ts')).worker(readConfig()));
program
  .command('migrate')
  .description('brings the database up to date, and makes the first account where BOOTSTRAP_ACCOUNT is set')
  .action(async () => (await import('./migrate.ts')).migrate(readConfig()));
program
  .command('collect')
  .description('removes what nobody needs any more, as the workers do by themselves, and says what')
  .option('--grace <seconds>', 'how long a blob that nothing refers to is left alone; 0 only while nothing else runs')
  .action(async (options: { grace?: string }) => (await import('./collect.ts')).collectCommand(readConfig(), options));

program
  .command('pack <folder> <file>')
  .description("packs an app's folder into a zip, ready to upload")
  .action(async (folder: string, file: string) => (await import('./pack.ts')).pack(folder, file));

program
  .command('validate <package>')
  .description('says everything that is wrong with an app: a folder or a zip; needs no server')
  .addOption(new Option('--on <checks...>', 'checks that are off unless an account turns them on').choices(switchNames))
  .option('--json', 'as JSON')
  .action(async (source: string, options) => (await import('./validate.ts')).validate(readConfig(), source, options));

const account = program.command('account').description('accounts');
account
  .command('create <subdomain>')
  .description('makes an account')
  .action(async (subdomain: string) => (await import('./account.ts')).createAccountCommand(readConfig(), subdomain));

account
  .command('switch <subdomain>')
  .description('turns checks of packages on or off for an account')
  .addOption(new Option('--on <checks...>', 'to turn on').choices(switchNames))
  .addOption(new Option('--off <checks...>', 'to turn off').choices(switchNames))
  .action(async (subdomain: string, options) =>
    (await import('./account.ts')).switchChecksCommand(readConfig(), subdomain, options),
  );

account
  .command('quota <subdomain>')
  .description('shows how much an account has and may have, and changes that')
  .option('--packages <number>', 'versions of its apps, and uploads that wait for their build')
  .option('--bytes <number>', 'of these packages')
  .option('--apps <number>', 'apps of its own, at all doors')
  .option('--installations <number>', 'apps that it has installed')
  .option('--policies <number>', 'webhook policies, each with a key')
  .option('--environments <number>', 'environments')
  .option('--roles <number>', 'roles, of all its environments')
  .option('--records <number>', 'service instances, UI extension versions')
  .option('--clients <number>', 'confidential OAuth clients')
  .option('--tokens <number>', 'API tokens of its users that are valid')
  .option('--sessions <number>', 'logins of its users that have not ended, and tokens of an hour')
  .addOption(new Option('--unlimit <quotas...>', 'no limit, whatever the settings say').choices(quotaNames))
  .addOption(new Option('--usual <quotas...>', 'what the settings say (QUOTA_PACKAGES …)').choices(quotaNames))
  .option('--json', 'as JSON')
  .action(async (subdomain: string, options) =>
    (await import('./quota.ts')).quotaCommand(readConfig(), subdomain, options),
  );

account
  .command('list')
  .description('lists the accounts, with their state')
  .option('--json', 'as JSON')
  .action(async (options) => (await import('./account.ts')).listAccountsCommand(readConfig(), options));
account
  .command('suspend <subdomain>')
  .description('keeps everybody out of an account, ends its logins and cancels its jobs; its data stays')
  .action(async (subdomain: string) => (await import('./account.ts')).suspendAccountCommand(readConfig(), subdomain));
account
  .command('resume <subdomain>')
  .description('ends the suspension of an account')
  .action(async (subdomain: string) => (await import('./account.ts')).resumeAccountCommand(readConfig(), subdomain));
account
  .command('remove <subdomain>')
  .description('removes an account with all its data, in batches; run it again if it was interrupted')
  .option('--confirm <subdomain>', 'the name once more: this cannot be undone')
  .action(async (subdomain: string, options: { confirm?: string }) =>
    (await import('./account.ts')).removeAccountCommand(readConfig(), subdomain, options),
  );

const user = program.command('user').description('users');
user
  .command('create <email>')
  .description('adds a user to an account')
  .requiredOption('--account <subdomain>', 'the account')
  .addOption(new Option('--role <role>', 'what the user may do').choices(['admin', 'agent']).default('agent'))
  .option('--password-stdin', 'read a password from standard input; without it the user signs in with tokens only')
  .option(
    '--group <names...>',
    'groups of the user, also separated by commas: who is in none cannot use what is restricted to some',
  )
  .action(async (email: string, options) =>
    (await import('./user.ts')).createUserCommand(readConfig(), email, options),
  );
user
  .command('groups <email>')
  .description("sets a user's groups; it counts within 10 seconds")
  .requiredOption('--set <names>', 'ids or names, separated by commas; empty for none')
  .action(async (email: string, options) =>
    (await import('./user.ts')).setUserGroupsCommand(readConfig(), email, options),
  );

user
  .command('list')
  .description('lists the users, with their role and state')
  .option('--account <subdomain>', 'only of this account')
  .option('--json', 'as JSON')
  .action(async (options) => (await import('./user.ts')).listUsersCommand(readConfig(), options));
user
  .command('role <email>')
  .description('gives a user another role; it counts within 10 seconds')
  .addOption(new Option('--set <role>', 'the role').choices(['admin', 'agent']).makeOptionMandatory())
  .action(async (email: string, { set }) => (await import('./user.ts')).setUserRoleCommand(readConfig(), email, set));
user
  .command('disable <email>')
  .description('lets a user sign in no more: revokes tokens, ends logins, cancels jobs')
  .action(async (email: string) => (await import('./user.ts')).disableUserCommand(readConfig(), email));
user
  .command('enable <email>')
  .description('lets a disabled user sign in again, with the password or a new token')
  .action(async (email: string) => (await import('./user.ts')).enableUserCommand(readConfig(), email));
user
  .command('remove <email>')
  .description('removes a user; apps and installations stay, and the audit log keeps the name')
  .action(async (email: string) => (await import('./user.ts')).removeUserCommand(readConfig(), email));
user
  .command('password <email>')
  .description('gives a user another password, and ends the logins that were made with the old one')
  .option('--password-stdin', 'read the password from standard input')
  .option('--none', 'the user signs in with tokens only')
  .action(async (email: string, options) =>
    (await import('./user.ts')).setUserPasswordCommand(readConfig(), email, options),
  );

const token = program.command('token').description('API tokens');
token
  .command('create')
  .description('makes a token and prints it, once')
  .requiredOption('--user <email>', 'whose token it is')
  .option('--label <text>', 'what it is for', 'command line')
  .option('--expires <days>', 'days until it ends; without it, it does not')
  .action(async (options) => (await import('./token.ts')).createTokenCommand(readConfig(), options));
token
  .command('list')
  .description('lists the tokens')
  .option('--json', 'as JSON')
  .action(async (options) => (await import('./token.ts')).listTokensCommand(readConfig(), options));
token
  .command('revoke <id>')
  .description('ends a token; it stops working within 10 seconds')
  .action(async (id: string) => (await import('./token.ts')).revokeTokenCommand(readConfig(), id));

const client = program.command('client').description('confidential OAuth clients, for programs without a person');
client
  .command('create')
  .description('makes a client and prints its identifier and its secret, once')
  .requiredOption('--user <email>', 'the admin as whom its tokens act')
  .requiredOption('--name <text>', 'what it is for')
  .option('--identifier <identifier>', 'what it calls itself; without it, one is drawn')
  .addOption(new Option('--scope <scopes...>', 'what it may do').choices(['read', 'write']).default(['read']))
  .action(async (options) => (await import('./client.ts')).createClientCommand(readConfig(), options));
client
  .command('list')
  .description('lists the clients of an account')
  .requiredOption('--account <subdomain>', 'the account')
  .option('--json', 'as JSON')
  .action(async (options) => (await import('./client.ts')).listClientsCommand(readConfig(), options));
client
  .command('secret <identifier>')
  .description('gives a client another secret and prints it; the old one and its tokens end')
  .action(async (identifier: string) => (await import('./client.ts')).newClientSecretCommand(readConfig(), identifier));
client
  .command('revoke <identifier>')
  .description('removes a client, with its tokens')
  .action(async (identifier: string) => (await import('./client.ts')).revokeClientCommand(readConfig(), identifier));

const operator = program.command('operator').description('operators, who belong to no account');
operator
  .command('create')
  .description("makes an operator's token and prints it, once")
  .option('--label <text>', 'whose it is', 'operator')
  .option('--expires <days>', 'days until it ends; without it, it does not')
  .action(async (options) => (await import('./operator.ts')).createOperatorCommand(readConfig(), options));

const secrets = program.command('secrets').description('the keys that secure settings are sealed with');
secrets
  .command('new-key')
  .description('puts a new key before those in DATA_DIR; where SECRETS_KEY is set, says how to make one')
  .action(async () => (await import('./secrets.ts')).newKeyCommand(readConfig()));
secrets
  .command('rotate')
  .description('seals every value anew that is not sealed with the first key; the system may run meanwhile')
  .action(async () => (await import('./secrets.ts')).rotateSecretsCommand(readConfig()));

program
  .command('adopt')
  .description('marks stores as those of this database, after a restore; see "Restore" in docs/operations.md')
  .option('--redis', 'the queue at REDIS_URL under REDIS_PREFIX')
  .option('--blobs', 'the blob store at BLOB_URL or DATA_DIR')
  .option('--key', 'the keys of SECRETS_KEY')
  .action(async (options) => (await import('./adopt.ts')).adoptCommand(readConfig(), options));

const environment = program.command('environment').description('environments of an account');
environment
  .command('create')
  .description('makes an environment and prints its id')
  .requiredOption('--account <subdomain>', 'whose it is')
  .requiredOption('--name <name>', 'what people call it')
  .option('--id <uuid>', 'what programs call it; without it, one is drawn')
  .action(async (options) => (await import('./environment.ts')).createEnvironmentCommand(readConfig(), options));
environment
  .command('list')
  .description('lists the environments of an account: an id and a name a line')
  .requiredOption('--account <subdomain>', 'whose')
  .option('--json', 'as JSON')
  .action(async (options) => (await import('./environment.ts')).listEnvironmentsCommand(readConfig(), options));

const role = program.command('role').description('roles of an environment');
role
  .command('create')
  .description('adds a role to an environment')
  .requiredOption('--account <subdomain>', 'whose environment')
  .option('--environment <uuid>', "which environment; without it, the account's first one")
  .requiredOption('--id <uuid>', 'the id of the role')
  .requiredOption('--codename <codename>', 'what programs call it')
  .requiredOption('--name <name>', 'what people call it')
  .action(async (options) => (await import('./role.ts')).createRoleCommand(readConfig(), options));

try {
  await program.parseAsync();
} catch (err) {
  process.stderr.write(`${explain(err)}\n`);
  process.exitCode = 1;
}

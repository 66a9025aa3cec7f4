import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { demoAccounts } from '#seed/demo-people';
import { seed } from '#seed/seed';
import { uploadDocuments } from '#seed/verification/upload';

const usage =
  'npm run seed -- --db-url postgresql://... [--scale 1] [--anchor YYYY-MM-DD] [--demo-password WORDS] [--cases N]' +
  ' [--api-url https://..., with SUPABASE_SECRET_KEY set: makes and stores the documents too] [--json]';

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** Seeds an empty, migrated database. Says what it did on stderr; with --json also as one line on stdout. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'db-url': { type: 'string' },
      scale: { type: 'string', default: '1' },
      anchor: { type: 'string' },
      'demo-password': { type: 'string' },
      cases: { type: 'string' },
      'api-url': { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const databaseUrl = values['db-url'];
  if (databaseUrl === undefined) throw new Error(`--db-url is missing.\n${usage}`);
  const apiUrl = values['api-url'];
  const secretKey = process.env['SUPABASE_SECRET_KEY'];
  if (apiUrl !== undefined && secretKey === undefined)
    throw new Error('Set SUPABASE_SECRET_KEY to a secret key of the project, to store documents in it.');
  const demoPassword = values['demo-password'] ?? randomBytes(9).toString('base64url');
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const report = await seed({
    databaseUrl,
    scale: Number(values.scale),
    anchor: values.anchor,
    demoPassword,
    cases: values.cases === undefined ? undefined : Number(values.cases),
    log: say,
  });
  if (report.outcome === 'loaded') {
    const bookings = report.rows['bookings'] ?? 0;
    say(`Seeded ${bookings} bookings in ${report.seconds.toFixed(1)} s around ${report.anchor}.`);
    const accounts = demoAccounts.map((account) => account.email).join(', ');
    say(`Sign in as ${accounts} with the password ${demoPassword}`);
  } else {
    say('The database is seeded already; nothing was changed.');
  }
  if (apiUrl !== undefined && secretKey !== undefined) {
    const documents = await uploadDocuments({ databaseUrl, url: apiUrl, secretKey, log: say });
    say(`Stored ${documents.uploaded} documents in ${documents.seconds.toFixed(1)} s.`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
}

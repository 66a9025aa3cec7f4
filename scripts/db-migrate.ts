// npm run db:migrate -- --db-url URL [--harden] [--dry-run]
import { parseArgs } from 'node:util';
import { migrate } from '#stack/migrate';

const usage =
  'usage: npm run db:migrate -- --db-url postgresql://postgres:PASSWORD@HOST:5432/postgres [--harden] [--dry-run]';

const { values } = parseArgs({
  options: {
    'db-url': { type: 'string' },
    harden: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
});
const databaseUrl = values['db-url'] ?? process.env['SUPABASE_DB_URL'];
if (databaseUrl === undefined || databaseUrl === '') {
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}

try {
  const isDryRun = values['dry-run'] === true;
  const report = await migrate({
    databaseUrl,
    harden: values.harden,
    dryRun: isDryRun,
    log: (line) => void process.stdout.write(`${line}\n`),
  });
  if (isDryRun) for (const name of report.applied) process.stdout.write(`would apply ${name}\n`);
  for (const name of report.skipped) {
    process.stdout.write(`left out ${name} (hardening; see docs/deploy.md, then use --harden)\n`);
  }
  const verb = isDryRun ? 'to apply' : 'applied';
  process.stdout.write(`${report.applied.length} ${verb}, ${report.alreadyApplied} were there already\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

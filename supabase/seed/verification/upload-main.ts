// Entry of a process of its own: making pictures takes seconds of a processor, which nobody should have to wait for.
import { uploadDocuments } from './upload.ts';

const { SEED_DATABASE_URL: databaseUrl, SEED_URL: url, SEED_SECRET_KEY: secretKey } = process.env;
if (databaseUrl === undefined || url === undefined || secretKey === undefined) {
  process.stderr.write('SEED_DATABASE_URL, SEED_URL and SEED_SECRET_KEY say where to.\n');
  process.exit(2);
}
try {
  const report = await uploadDocuments({ databaseUrl, url, secretKey });
  process.stdout.write(`${JSON.stringify(report)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

// npm run stack -- --data DIR: the embedded stack alone, until Ctrl-C.
if (!process.argv.includes('--data')) process.argv.push('--data', '.data/stack');
await import('#stack/main');

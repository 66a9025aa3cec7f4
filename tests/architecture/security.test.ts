import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assetSecurityPolicy, contentSecurityPolicy } from '#shared/security/content-policy';
import { root, sourceFiles } from './support/sources.ts';

/** What is shipped, without comments: a comment may well name what is forbidden. */
const product = sourceFiles()
  .filter((file) => /^(electron|renderer|shared)\//.test(file))
  .map((file) => ({
    file,
    code: readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''),
  }));

function filesWith(pattern: RegExp): readonly string[] {
  return product.filter(({ code }) => pattern.test(code)).map(({ file }) => file);
}

describe('the shipped code', () => {
  it.each([
    ['turns on Node in a page', /nodeIntegration(InWorker|InSubFrames)?\s*:\s*true/],
    ['turns off isolation or the sandbox', /(contextIsolation|sandbox|webSecurity)\s*:\s*false/],
    [
      'allows insecure content or experiments',
      /allowRunningInsecureContent|experimentalFeatures|enableBlinkFeatures/,
    ],
    ['allows webviews', /webviewTag/],
    ['reaches around the bridge', /@electron\/remote|executeJavaScript/],
    ['lets the scheme evade the policy', /bypassCSP|corsEnabled/],
    [
      'accepts bad certificates',
      /ignore-certificate-errors|certificate-error|setCertificateVerifyProc|rejectUnauthorized|NODE_TLS_/,
    ],
    ['runs text as code', /\beval\(|new Function\(|dangerouslySetInnerHTML|\.innerHTML\s*=/],
    ['turns off the sandbox of Chromium', /no-sandbox/],
  ])('never %s', (_what, pattern) => {
    expect(filesWith(pattern)).toEqual([]);
  });

  it.each([
    ['makes windows', /new BrowserWindow\(/, 'electron/shell/window.ts'],
    ['listens to pages', /\bipcMain\b/, 'electron/shell/rpc-bridge.ts'],
    ['speaks for the page', /\bipcRenderer\b/, 'electron/preload.ts'],
    ['uses the keychain', /\bsafeStorage\b/, 'electron/shell/secrets.ts'],
    ['opens addresses outside', /shell\.openExternal/, 'electron/shell/app.ts'],
  ])('%s in one file only', (_what, pattern, file) => {
    expect(filesWith(pattern)).toEqual([file]);
  });

  it('exposes one function to the page', () => {
    const preload = product.find(({ file }) => file === 'electron/preload.ts')?.code ?? '';
    const exposed = [...preload.matchAll(/exposeInMainWorld\('(\w+)', \{\s*(\w+):/g)].map((match) =>
      match.slice(1, 3),
    );
    expect(exposed).toEqual([['itutor', 'connect']]);
    expect(preload.match(/exposeInMainWorld/g)).toHaveLength(1);
  });

  it('knows no account of the demo and no service key', () => {
    expect(filesWith(/@demo\.itutor\.tt/)).toEqual([]);
    expect(filesWith(/sb_secret_[A-Za-z0-9]{8}|SUPABASE_SERVICE_ROLE/)).toEqual([]);
  });
});

describe('the content security policy', () => {
  const directives = new Map(
    contentSecurityPolicy('abc')
      .split('; ')
      .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1)] as const),
  );

  it('starts from nothing and allows scripts from the console only', () => {
    expect(directives.get('default-src')).toEqual(["'none'"]);
    expect(directives.get('script-src')).toEqual(["'self'"]);
    expect(directives.get('style-src')).toEqual(["'self'", "'nonce-abc'"]);
    expect(directives.get('connect-src')).toEqual(["'self'"]);
  });

  it('allows no frame around it, no form and no base', () => {
    for (const name of ['frame-ancestors', 'form-action', 'base-uri'])
      expect(directives.get(name)).toEqual(["'none'"]);
  });

  it('has nothing unsafe and no wildcard', () => {
    expect(contentSecurityPolicy('abc')).not.toMatch(/unsafe|\*|https?:/);
  });
});

describe('the policy of workers', () => {
  it('lets the PDF worker compile WebAssembly, gives it no network and nothing else', () => {
    const policy = assetSecurityPolicy('assets/pdf-worker-Ab3_x-9.js');
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/);
    expect(policy).not.toMatch(/connect-src|unsafe-inline|'unsafe-eval'|\*|https?:|blob:|data:/);
  });

  it.each([
    'assets/index-Ab3.js',
    'assets/pdf-worker-x.js.map',
    'pdf-worker-x.js',
    'assets/x/pdf-worker-x.js',
  ])('lets %s compile nothing', (path) => {
    expect(assetSecurityPolicy(path)).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(assetSecurityPolicy(path)).not.toContain('wasm');
  });
});

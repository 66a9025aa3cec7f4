import { setNonce } from 'get-nonce';
import * as z from 'zod';
import { nonce } from './nonce.ts';

// zod probes for `eval` at its first parse, which the policy forbids and reports: this has to come before any parse.
z.config({ jitless: true });
// react-remove-scroll, inside Mantine's dialogs, asks get-nonce for the nonce of its <style>.
if (nonce !== '') setNonce(nonce);

// The order counts: the guard has to stand before pdf.js takes its first memory.
import './pdf-guard.ts';
import 'pdfjs-dist/build/pdf.worker.mjs';

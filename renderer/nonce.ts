/** The nonce of this load, which the host writes into the page; style elements without it are refused. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="nonce"]')?.content ?? '';

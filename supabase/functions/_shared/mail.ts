export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly key: string;
};

/** Sends one mail. Rejects with the provider's words. */
export type SendMail = (mail: Mail) => Promise<void>;

/**
 * Mail through Resend, the platform's provider; undefined when RESEND_API_KEY or NOTIFY_FROM is not set.
 * RESEND_URL names another address of the same API.
 */
export function mailSender(): SendMail | undefined {
  const [apiKey, from] = [Deno.env.get('RESEND_API_KEY'), Deno.env.get('NOTIFY_FROM')];
  if (apiKey === undefined || apiKey === '' || from === undefined || from === '') return undefined;
  const url = Deno.env.get('RESEND_URL') ?? 'https://api.resend.com/emails';
  return async ({ to, subject, text, key }) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        // The provider drops a second mail with the same key, so that a lost answer does not send twice.
        'idempotency-key': key,
      },
      body: JSON.stringify({ from, to: [to], subject, text }),
      signal: AbortSignal.timeout(15_000),
    });
    if (!response.ok)
      throw new Error(`mail provider answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
    await response.body?.cancel();
  };
}

declare const brand: unique symbol;

/** A whole number of cents. Money is never a fraction of one and never a float of dollars. */
export type Cents = number & { readonly [brand]: 'cents' };

export type Currency = 'TTD' | 'USD';

/** A number that is known to be whole cents. Throws RangeError for anything else. */
export function cents(amount: number): Cents {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`not a whole number of cents: ${amount}`);
  // The brand exists only for the compiler; the check above is what it stands for.
  return (amount === 0 ? 0 : amount) as Cents;
}

/** The exact sum. Throws RangeError beyond what an integer can hold. */
export function sumCents(amounts: Iterable<number>): Cents {
  let total = 0;
  for (const amount of amounts) total = cents(total + cents(amount));
  return cents(total);
}

/**
 * Reads what people and PostgreSQL write: '1234.5', '1,234.50', 'TT$1,234.50', '-3'. Null for anything else, among
 * it fractions of a cent and misplaced thousands separators. Never goes through a float.
 */
export function parseMoney(text: string): Cents | null {
  const match = /^(-?)(?:TT\$|US\$|\$)?(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  const amount = Number(whole.replaceAll(',', '') + fraction.padEnd(2, '0'));
  return Number.isSafeInteger(amount) ? cents(sign === '-' ? -amount : amount) : null;
}

/** `TT$1,234.50`; a minus sign stands first. Stripe and USD exist on the platform too, so the prefix always shows. */
export function formatMoney(amount: number, currency: Currency = 'TTD'): string {
  const whole = cents(amount);
  const digits = String(Math.abs(whole)).padStart(3, '0');
  const dollars = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${whole < 0 ? '-' : ''}${prefixes[currency]}${dollars}.${digits.slice(-2)}`;
}

const prefixes: Readonly<Record<Currency, string>> = { TTD: 'TT$', USD: 'US$' };

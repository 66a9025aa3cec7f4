import type * as z from 'zod';

/** A procedure that answers once. */
export type Call<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = {
  readonly kind: 'call';
  readonly input: I;
  readonly output: O;
};

/** A procedure that answers many times, until either side ends it. */
export type Stream<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = {
  readonly kind: 'stream';
  readonly input: I;
  readonly output: O;
};

export type Procedure = Call | Stream;
export type Contract = Readonly<Record<string, Procedure>>;

export type InputOf<P extends Procedure> = z.input<P['input']>;
export type OutputOf<P extends Procedure> = z.output<P['output']>;

/** What implements a contract: one function a procedure. `signal` fires on break, abort and a closed port. */
export type Handlers<C extends Contract> = {
  readonly [K in keyof C]: C[K] extends Stream
    ? (input: z.output<C[K]['input']>, signal: AbortSignal) => AsyncIterable<OutputOf<C[K]>>
    : (input: z.output<C[K]['input']>, signal: AbortSignal) => Promise<OutputOf<C[K]>>;
};

/** What a caller sees: `client['domain.verb'](input, signal?)`. */
export type Client<C extends Contract> = {
  readonly [K in keyof C]: C[K] extends Stream
    ? (input: InputOf<C[K]>, signal?: AbortSignal) => AsyncIterable<OutputOf<C[K]>>
    : (input: InputOf<C[K]>, signal?: AbortSignal) => Promise<OutputOf<C[K]>>;
};

/** Defines a call. */
export function call<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Call<I, O> {
  return { kind: 'call', input, output };
}

/** Defines a stream. */
export function stream<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Stream<I, O> {
  return { kind: 'stream', input, output };
}

import createClient from "openapi-fetch";
import type { paths } from "./schema.gen";

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  // Looked up at each call, so that tests can stand in for the network.
  fetch: (request) => globalThis.fetch(request),
});

/** An answer other than success, with the server's code and words. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; ApiError otherwise, and where there was no answer at all. */
export async function read<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("UNREACHABLE", "The server did not answer.", 0);
  }
  if (answer.data !== undefined) return answer.data;
  const { code, message } = envelope(answer.error);
  const status = answer.response.status;
  throw new ApiError(code ?? "HTTP_ERROR", message ?? `The server answered ${status}.`, status);
}

function envelope(body: unknown): { code?: string; message?: string } {
  if (typeof body !== "object" || body === null || !("error" in body)) return {};
  const error = body.error;
  return typeof error === "object" && error !== null ? error : {};
}

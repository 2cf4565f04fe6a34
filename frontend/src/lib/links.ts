/** `text` as a link target, or null: posts are written by strangers, so only the web is linked. */
export function safeLink(text: string | null | undefined): string | null {
  if (!text) return null;
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}

/**
 * Read again every `ms` while it is looked at, and at once when a page or a panel that is seen again holds an older
 * answer. For what costs the server more than to be asked with every arrival.
 */
export const every = (ms: number) => ({ refetchInterval: ms, staleTime: ms, refetchOnWindowFocus: true });

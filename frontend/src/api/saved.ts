import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "./client";
import type { components } from "./schema.gen";

type Schemas = components["schemas"];
export type View = Schemas["View"];
export type ViewIn = Schemas["ViewIn"];
export type ProductList = Schemas["ProductList"];
export type ProductListIn = Schemas["ProductListIn"];

export const LONGEST_NAME = 80;

const VIEWS = ["saved", "views"];
const LISTS = ["saved", "product lists"];
/** Others save, too; nothing tells of it. */
const STALE_MS = 30_000;

export function useViews(enabled = true) {
  return useQuery({
    queryKey: VIEWS,
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/views", { signal }))).data,
    staleTime: STALE_MS,
    enabled,
  });
}

export function useView(id: number) {
  return useQuery({
    queryKey: [...VIEWS, id],
    queryFn: async ({ signal }) =>
      (await read(api.GET("/api/v1/views/{id}", { params: { path: { id } }, signal }))).data,
    staleTime: 0,
  });
}

export function useProductLists() {
  return useQuery({
    queryKey: LISTS,
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/product-lists", { signal }))).data,
    staleTime: STALE_MS,
  });
}

/** Shown at once; what the server refuses is taken back, and what it says then is shown. */
function useChange<T extends { id: number }, V>(
  key: readonly string[],
  mutationFn: (said: V) => Promise<T>,
  meanwhile: (items: T[], said: V) => T[],
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onMutate: async (said: V) => {
      await client.cancelQueries({ queryKey: key });
      const before = client.getQueryData<T[]>(key);
      if (before) client.setQueryData(key, meanwhile(before, said));
      return { before };
    },
    onError: (_error, _said, context) => client.setQueryData(key, context?.before),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
}

const NOW = new Date(0).toISOString();
/** Who and when are the server's to say. */
const UNSAVED = { id: 0, created_by: "", created_at: NOW, updated_by: "", updated_at: NOW };

function kept<T extends { id: number }, B>(items: T[], id: number | null, body: B): T[] {
  if (id === null) return [...items, { ...UNSAVED, ...body } as unknown as T];
  return items.map((one) => (one.id === id ? { ...one, ...body } : one));
}

export interface Saving<B> {
  /** Null makes a new one. */
  id: number | null;
  body: B;
}

export function useSaveView() {
  return useChange<View, Saving<ViewIn>>(
    VIEWS,
    async ({ id, body }) => {
      const asked =
        id === null
          ? api.POST("/api/v1/views", { body })
          : api.PUT("/api/v1/views/{id}", { params: { path: { id } }, body });
      return (await read<{ data: View }>(asked)).data;
    },
    (items, { id, body }) => kept(items, id, body),
  );
}

export function useDeleteView() {
  return useChange<View, number>(
    VIEWS,
    async (id) => (await read(api.DELETE("/api/v1/views/{id}", { params: { path: { id } } }))).data,
    (items, id) => items.filter((one) => one.id !== id),
  );
}

export function useSaveProductList() {
  return useChange<ProductList, Saving<ProductListIn>>(
    LISTS,
    async ({ id, body }) => {
      const asked =
        id === null
          ? api.POST("/api/v1/product-lists", { body })
          : api.PUT("/api/v1/product-lists/{id}", { params: { path: { id } }, body });
      return (await read<{ data: ProductList }>(asked)).data;
    },
    (items, { id, body }) => kept(items, id, body),
  );
}

export function useDeleteProductList() {
  return useChange<ProductList, number>(
    LISTS,
    async (id) => (await read(api.DELETE("/api/v1/product-lists/{id}", { params: { path: { id } } }))).data,
    (items, id) => items.filter((one) => one.id !== id),
  );
}

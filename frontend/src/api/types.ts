import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Numbers = Schemas["Measures"];
export type Post = Schemas["Post"];
export type Explanation = Schemas["Explanation"];
export type Alert = Schemas["Alert"];
export type Bucket = Schemas["Bucket"];
export type Overall = Schemas["Overall"];
export type Group = Schemas["Group"];
export type Ledger = Schemas["Ledger"];
export type Account = Schemas["Account"];
export type AccountTotals = Schemas["AccountTotals"];
export type SourceState = Schemas["SourceState"];
export type Tiers = Schemas["Tiers"];
export type Stats = Schemas["Stats"];
export type DeadLetter = Schemas["DeadLetter"];

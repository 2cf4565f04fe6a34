import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ProductListPick } from "./ProductListPick";

afterEach(cleanup);

const DRINKS = { id: 4, name: "Our drinks", products: ["Cola", "Zero"] };

function show(lists: object[], chosen: string[]) {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({ data: lists, metadata: {} }));
  const onChoose = vi.fn<(products: string[]) => void>();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ProductListPick chosen={chosen} onChoose={onChoose} />
    </QueryClientProvider>,
  );
  return onChoose;
}

const picked = async () => {
  const select = await screen.findByRole<HTMLSelectElement>("combobox", { name: "Tracked products" });
  return { select, text: select.selectedOptions[0]?.text };
};

describe("ProductListPick", () => {
  it("filters by the products of a list, and by none again", async () => {
    const onChoose = show([DRINKS], []);
    const { select, text } = await picked();
    expect(text).toBe("All products");
    await userEvent.selectOptions(select, "Our drinks");
    expect(onChoose).toHaveBeenLastCalledWith(["Cola", "Zero"]);
    await userEvent.selectOptions(select, "All products");
    expect(onChoose).toHaveBeenLastCalledWith([]);
  });

  it("knows a list by its products, in whatever order", async () => {
    show([DRINKS], ["Zero", "Cola"]);
    expect((await picked()).text).toBe("Our drinks");
  });

  it("does not pretend that another choice is a list, or all", async () => {
    show([DRINKS], ["Cola"]);
    expect((await picked()).text).toBe("As filtered");
  });
});

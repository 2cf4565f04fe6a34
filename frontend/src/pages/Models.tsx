import { parseAsString, useQueryState } from "nuqs";
import { useLayers } from "../api/layers";
import { Comparison } from "../panels/Comparison";
import { LayerTable } from "../panels/LayerTable";

/** Other models beside the one that counts: what they say of stored posts, and how it differs. */
export default function Models() {
  const [chosen, choose] = useQueryState("layer", parseAsString);
  const layers = useLayers();
  const layer = layers.data?.find(({ name }) => name === chosen) ?? layers.data?.[0];
  return (
    <>
      <LayerTable query={layers} chosen={layer?.name} choose={(name) => void choose(name)} />
      {layer && <Comparison key={layer.name} layer={layer} />}
    </>
  );
}

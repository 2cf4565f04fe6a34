import { parseAsString, useQueryState } from "nuqs";
import { useLayers } from "../api/layers";
import { ByPeople } from "../panels/ByPeople";
import { Calibration } from "../panels/Calibration";
import { Comparison } from "../panels/Comparison";
import { ConfidenceSpread } from "../panels/ConfidenceSpread";
import { Disagreements } from "../panels/Disagreements";
import { LayerTable } from "../panels/LayerTable";
import { ReadingSpeed } from "../panels/ReadingSpeed";
import { TierTrend } from "../panels/TierTrend";
import { FilterBar } from "../ui/FilterBar";
import { PageTitle } from "../ui/PageTitle";
import { usePageContext } from "../ui/Shell";
import classes from "./Models.module.css";

/** How well posts are read, how far models can be believed, and what another model would say. */
export default function Models() {
  const { controls, searchRef } = usePageContext();
  const [chosen, choose] = useQueryState("layer", parseAsString);
  const [against, setBeside] = useQueryState("beside", parseAsString.withOptions({ history: "push" }));
  const layers = useLayers();
  const layer = layers.data?.find(({ name }) => name === chosen) ?? layers.data?.[0];
  const beside = layers.data?.find(({ name }) => name === against && name !== layer?.name) ?? null;
  return (
    <>
      <PageTitle>Models</PageTitle>
      <FilterBar controls={controls} searchRef={searchRef} />
      <ReadingSpeed />
      <div className={classes.pair}>
        <TierTrend controls={controls} />
        <ConfidenceSpread range={controls.range} filters={controls.filters} />
      </div>
      <ByPeople />
      <Calibration />
      <LayerTable query={layers} chosen={layer?.name} choose={(name) => void choose(name)} />
      {layer && (
        <>
          <Comparison
            pair={{ layer, beside }}
            layers={layers.data ?? []}
            setBeside={(name) => void setBeside(name)}
          />
          <Disagreements pair={{ layer, beside }} />
        </>
      )}
    </>
  );
}

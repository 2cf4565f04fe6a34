import { type Place, usePlaces } from "../api/places";
import { WorldMap } from "../charts/WorldMap";
import type { Filters } from "../lib/filters";
import { mapSummary } from "../lib/places";
import { type Range, shapeOf } from "../lib/range";
import { FEW_POSTS } from "../lib/statistics";
import { type Table, tableOfFields } from "../lib/table";
import { Panel, PanelBody } from "../ui/Panel";

interface PlaceMapProps {
  range: Range;
  filters: Filters;
  onPick(dimension: "country" | "city", value: string): void;
}

/** Where people are happy, and where they are cross. */
export default function PlaceMap({ range, filters, onPick }: PlaceMapProps) {
  const places = usePlaces(range, filters);
  return (
    <Panel
      title="Map"
      about={`Countries by mean sentiment, cities as bubbles by posts. Posts are placed by the location that their author typed; those whose place is unclear are on no map. Below ${FEW_POSTS} scored posts a place is pale and hatched or dashed: it says little. A click filters by the place; with the keyboard, use the list of Cities and the Country filter.`}
      query={places}
      csv={places.data && (() => tableOf([...places.data.countries, ...places.data.cities]))}
    >
      <PanelBody
        query={places}
        height={400}
        isEmpty={({ countries, cities }) => countries.length + cities.length === 0}
        empty={`No post could be placed (${shapeOf(range).title}).`}
      >
        {({ countries, cities }) => (
          <WorldMap
            countries={countries}
            cities={cities}
            summary={mapSummary(countries, cities)}
            chosen={filters}
            onPick={onPick}
          />
        )}
      </PanelBody>
    </Panel>
  );
}

const tableOf = (places: readonly Place[]): Table =>
  tableOfFields(places, [
    "country",
    "city",
    "latitude",
    "longitude",
    "posts",
    "scored",
    "negative_share",
    "average_sentiment",
  ]);

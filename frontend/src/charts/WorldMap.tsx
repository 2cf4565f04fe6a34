import { useElementSize } from "@mantine/hooks";
import { type GeoPermissibleObjects, geoEqualEarth, geoPath } from "d3-geo";
import { useMemo, useState } from "react";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import atlas from "world-atlas/countries-110m.json";
import { COUNTRY_BY_NUMBER } from "../lib/countries";
import { leanFill, leanReach, sideOf } from "../lib/lean";
import { describePlace, type Located, nameOfPlace, radiusOf } from "../lib/places";
import { FEW_POSTS } from "../lib/statistics";
import classes from "./WorldMap.module.css";

const ANTARCTICA = "010";
/** Of Equal Earth without the far south. */
const RATIO = 0.45;
const LOWEST = 180;
const HIGHEST = 360;
/** From this width on bubbles have their full size. */
const WIDE = 720;
/** Half the side of a square over the radius of a circle of the same area. */
const SQUARE = Math.sqrt(Math.PI) / 2;

type Countries = Topology<{ countries: GeometryCollection<{ name: string }> }>;
const topology = atlas as unknown as Countries;
const COUNTRIES = feature(topology, topology.objects.countries).features.filter(
  ({ id }) => id !== ANTARCTICA,
);
const LAND: GeoPermissibleObjects = { type: "FeatureCollection", features: COUNTRIES };

interface WorldMapProps {
  countries: readonly Located[];
  cities: readonly Located[];
  /** Says the same in words. */
  summary: string;
  chosen: { country: readonly string[]; city: readonly string[] };
  onPick(level: "country" | "city", key: string): void;
}

/** Countries coloured by mean sentiment, cities as bubbles by posts; what few posts speak for is pale and hatched. */
export function WorldMap({ countries, cities, summary, chosen, onPick }: WorldMapProps) {
  const { ref, width } = useElementSize();
  const [shown, setShown] = useState<Located | null>(null);
  const height = Math.round(Math.min(HIGHEST, Math.max(LOWEST, width * RATIO)));
  const drawn = useMemo(() => {
    const projection = geoEqualEarth().fitSize([width, height], LAND);
    const path = geoPath(projection);
    const outlines = COUNTRIES.map((country, place) => ({
      code: COUNTRY_BY_NUMBER.get(String(country.id)) ?? null,
      key: `${country.id ?? place}`,
      path: path(country) ?? "",
    }));
    return { projection, outlines };
  }, [width, height]);

  const byCode = new Map(countries.map((place) => [place.key, place]));
  const most = cities[0]?.posts ?? 1;
  const sure = [...countries, ...cities].filter((place) => place.scored >= FEW_POSTS);
  const reach = leanReach(sure.map((place) => place.average_sentiment));
  const spots = cities.flatMap((place) => {
    if (place.latitude === null || place.longitude === null) return [];
    const spot = drawn.projection([place.longitude, place.latitude]);
    return spot ? [{ place, x: spot[0], y: spot[1] }] : [];
  });
  return (
    <div ref={ref} data-testid="place-map">
      {width > 0 && (
        <svg
          width={width}
          height={height}
          className={classes.map}
          role="img"
          aria-label={summary}
          onPointerLeave={() => setShown(null)}
        >
          <defs>
            <pattern
              id="few-posts"
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <line className={classes.hatch} x1="0" y1="0" x2="0" y2="5" />
            </pattern>
            <pattern id="leans-negative" width="4" height="4" patternUnits="userSpaceOnUse">
              <line className={classes.cut} x1="0" y1="2" x2="4" y2="2" />
            </pattern>
          </defs>
          {drawn.outlines.map(({ code, key, path }) => {
            const place = code === null ? undefined : byCode.get(code);
            const few = place !== undefined && place.scored < FEW_POSTS;
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: the list of cities and the filter bar are the way of keys
              <g
                key={key}
                className={classes.country}
                data-country={code ?? undefined}
                data-known={place !== undefined || undefined}
                data-chosen={(code !== null && chosen.country.includes(code)) || undefined}
                onPointerEnter={() => setShown(place ?? null)}
                onClick={place && (() => onPick("country", place.key))}
              >
                <path
                  d={path}
                  fill={
                    place && place.scored > 0 ? leanFill(place.average_sentiment, reach) : "var(--surface-2)"
                  }
                  fillOpacity={few ? 0.35 : undefined}
                />
                {few && <path d={path} fill="url(#few-posts)" />}
                {!few && place && sideOf(place.average_sentiment) === "negative" && (
                  <path d={path} fill="url(#leans-negative)" />
                )}
              </g>
            );
          })}
          {spots.map(({ place, x, y }) => {
            const radius = radiusOf(place.posts, most, Math.min(1, width / WIDE));
            // Square leans negative, at the same area: the shape says what the colour says.
            const square = sideOf(place.average_sentiment) === "negative";
            const half = square ? radius * SQUARE : radius;
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: the list of cities and the filter bar are the way of keys
              <rect
                key={place.key}
                className={classes.city}
                data-city={place.key}
                data-few={place.scored < FEW_POSTS || undefined}
                data-chosen={chosen.city.includes(place.key) || undefined}
                x={x - half}
                y={y - half}
                width={2 * half}
                height={2 * half}
                rx={square ? 1.5 : half}
                fill={leanFill(place.average_sentiment, reach)}
                onPointerEnter={() => setShown(place)}
                onClick={() => onPick("city", place.key)}
              />
            );
          })}
        </svg>
      )}
      <Readout shown={shown} reach={reach} />
    </div>
  );
}

function Readout({ shown, reach }: { shown: Located | null; reach: number }) {
  const steps = [-1, -0.5, 0, 0.5, 1].map((share) => share * reach);
  return (
    <div className={`${classes.foot} numeric`}>
      <p className={classes.readout}>
        {shown ? (
          <>
            <strong>{nameOfPlace(shown)}</strong> {describePlace(shown)}
          </>
        ) : (
          "Bubbles are cities, by posts; square ones and striped countries lean negative."
        )}
      </p>
      <p className={classes.legend} aria-hidden="true">
        <span>negative</span>
        {steps.map((mean) => (
          <span
            key={mean}
            className={classes.key}
            data-side={sideOf(mean)}
            style={{ backgroundColor: leanFill(mean, reach) }}
          />
        ))}
        <span>positive</span>
      </p>
    </div>
  );
}

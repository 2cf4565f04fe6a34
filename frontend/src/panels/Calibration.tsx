import { useByPeople, useShippedModels } from "../api/models";
import { Reliability as Diagram } from "../charts/Reliability";
import { calibrationTable, type Reliability, reliabilities } from "../lib/calibration";
import { formatShare, plural } from "../lib/format";
import { FEW_POSTS } from "../lib/statistics";
import { Panel, PanelBody } from "../ui/Panel";
import classes from "./Calibration.module.css";

const HEIGHT = 290;

/** Whether confidence can be believed: what each model promises, and what people found here. */
export function Calibration() {
  const query = useShippedModels();
  const people = useByPeople("sentiment");
  const shown = query.data ? reliabilities(query.data, people.data ?? []) : [];
  return (
    <Panel
      title="Calibration"
      about="Of texts of which a model was 80 % sure, 80 of 100 should be right: on the dotted diagonal it is as sure as it should be, below it too sure. The line is what was measured before the model was shipped, the circles are what people said of posts here, as large as they are many, each with its 95 % interval (Wilson). What people correct is not a fair draw: they are sought out where models fail."
      query={query}
      csv={query.data && (() => calibrationTable(shown))}
    >
      <PanelBody
        query={query}
        height={HEIGHT}
        isEmpty={() => shown.length === 0}
        empty="No model of this server says how well calibrated it is."
      >
        {() => (
          <>
            <ul className={classes.legend}>
              <li data-of="promised">measured before it was shipped</li>
              <li data-of="found">by what people said here</li>
            </ul>
            <div className={classes.diagrams} data-testid="calibration">
              {shown.map((one) => (
                <Model key={`${one.name} ${one.version}`} of={one} peopleFailed={people.isError} />
              ))}
            </div>
          </>
        )}
      </PanelBody>
    </Panel>
  );
}

function Model({ of, peopleFailed }: { of: Reliability; peopleFailed: boolean }) {
  const { name, version, promised, found } = of;
  const promise = promised
    ? `Measured on ${plural(promised.texts, "text")}: off by ${formatShare(promised.error)} on average.`
    : "Was not shipped with this server: no promise is known.";
  const people = peopleFailed
    ? "The corrections could not be loaded."
    : found === null
      ? "Correct posts to see whether that holds here."
      : found.enough
        ? `By people, of ${plural(found.texts, "text")}: off by ${formatShare(found.error)}.`
        : `People corrected ${plural(found.texts, "text")} that it read; from ${FEW_POSTS} on they are drawn.`;
  return (
    <figure className={`${classes.model} numeric`}>
      <figcaption>
        <strong>
          {name} {version}
        </strong>
        <span>{promise}</span>
        <span>{people}</span>
      </figcaption>
      <Diagram
        promised={promised?.points ?? []}
        found={found?.enough ? found.points : []}
        summary={`How often ${name} ${version} is right by how sure it is. ${promise} ${people}`}
      />
    </figure>
  );
}

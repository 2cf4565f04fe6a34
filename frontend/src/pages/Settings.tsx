import { Link, useLocation } from "react-router";
import { ProductLists } from "../panels/ProductLists";
import { ScreenSettings } from "../panels/ScreenSettings";
import form from "../ui/Form.module.css";
import { PageTitle } from "../ui/PageTitle";
import { Panel } from "../ui/Panel";
import classes from "./Settings.module.css";

/** What this browser shows and how, which products are watched, and where alerts are set. */
export default function Settings() {
  const { search } = useLocation();
  return (
    <div className={classes.page}>
      <PageTitle>Settings</PageTitle>
      <ScreenSettings />
      <ProductLists />
      <Panel
        title="Thresholds"
        about="When an alert is raised. Rules are kept by the server and count for everyone, within seconds."
      >
        <div className={classes.thresholds}>
          <p className={form.note}>
            Alerts are raised by rules, each with its threshold, its window and the products it looks at. Try
            one over stored history before it counts.
          </p>
          <Link className={form.button} to={{ pathname: "/alerts", search, hash: "#rules" }}>
            Alert rules
          </Link>
        </div>
      </Panel>
    </div>
  );
}

import { ProductLists } from "../panels/ProductLists";
import { ScreenSettings } from "../panels/ScreenSettings";
import { Thresholds } from "../panels/Thresholds";
import { PageTitle } from "../ui/PageTitle";
import classes from "./Settings.module.css";

/** What this browser shows and how, which products are watched, and from where on alerts are raised. */
export default function Settings() {
  return (
    <div className={classes.page}>
      <PageTitle>Settings</PageTitle>
      <ScreenSettings />
      <ProductLists />
      <Thresholds />
    </div>
  );
}

import { Skeleton } from "@mantine/core";
import { Navigate, useParams } from "react-router";
import { useView } from "../api/saved";
import { addressOf } from "../lib/views";
import { PageTitle } from "../ui/PageTitle";
import { Failure } from "../ui/Panel";

/** Where the link of a saved view leads: to what it shows now. */
export default function SharedView() {
  const query = useView(Number(useParams().id));
  if (query.data) return <Navigate to={addressOf(query.data)} replace />;
  return (
    <>
      <PageTitle>Saved view</PageTitle>
      {query.isError ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Skeleton height="70vh" radius="lg" />
      )}
    </>
  );
}

// The page that stands in when nothing answers: it tries again by itself once the connection is back.
addEventListener("online", () => location.reload());

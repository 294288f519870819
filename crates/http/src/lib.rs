//! Parlor over HTTP: routes, extractors, the socket, the status table.

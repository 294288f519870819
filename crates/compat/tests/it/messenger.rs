//! `messenger`, as its README and its code tell it and as it refuses.

mod people;

use crate::world::World;

const PREFIX: &str = "/compat/messenger";

/// A server, and a front end of this dialect.
async fn world() -> World {
    World::at(PREFIX).await
}

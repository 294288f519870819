//! Who is connected and what they hear: rings, cursors, presence.
